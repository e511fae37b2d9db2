#include "private_bus.hpp"

#include <fstream>
#include <sstream>
#include <vector>

namespace bench {

PrivateBus::PrivateBus(const std::string& shmbusd)
    : bus_{directory_},
      daemon_{std::vector<std::string>{shmbusd, "--address=" + bus_.address()},
              directory_ / "shmbusd.log", -1} {}

std::string PrivateBus::log() const {
    std::ostringstream text;
    text << std::ifstream{directory_ / "bus.log"}.rdbuf()
         << std::ifstream{directory_ / "shmbusd.log"}.rdbuf();
    return text.str();
}

}  // namespace bench
