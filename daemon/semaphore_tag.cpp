#include "daemon/semaphore_tag.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "base/semaphore.hpp"
#include "base/system_call.hpp"

namespace shmbusd {
namespace {

// A bound socket, or none when somebody has bound it already.
bus::base::UniqueFd claim(const std::string& tag) {
    const auto name = "shmbusd-" + std::to_string(::geteuid()) + "-" + tag;
    bus::base::UniqueFd fd{
        bus::base::check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), name, "socket")};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(),
                std::min(name.size(), sizeof address.sun_path - 1));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0) return fd;
    if (errno != EADDRINUSE) bus::base::fail(name, "bind");
    return {};
}

// "/shmbus-TAG-REGION-ATTACHMENT" -> TAG
std::string tag_of(const std::string& semaphore) {
    const auto rest = semaphore.substr(bus::abi::semaphore_prefix.size());
    return rest.substr(0, rest.find('-'));
}

}  // namespace

SemaphoreTag::SemaphoreTag(const std::string& bus_id)
    : text_{bus_id.substr(0, 16)}, alive_{claim(text_)} {
    if (!alive_)
        throw bus::Error{bus::Errc::NameTaken,
                         "org.shmbus1: another daemon serves this bus already"};
}

std::size_t SemaphoreTag::clear_leftovers(const std::set<std::string>& in_use) const {
    std::size_t count = 0;
    for (const auto& name : bus::base::list_semaphores(bus::abi::semaphore_prefix)) {
        if (in_use.contains(name)) continue;
        const auto tag = tag_of(name);
        if (tag != text_ && !claim(tag)) continue;  // its daemon lives
        bus::base::unlink_semaphore(name);
        ++count;
    }
    return count;
}

}  // namespace shmbusd
