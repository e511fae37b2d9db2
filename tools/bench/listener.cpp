#include "listener.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace bench {

Listener::Listener(Descriptor in, Told told) : in_{std::move(in)}, told_{std::move(told)} {
    ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
}

bool Listener::listen() {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(in_.get(), buffer.data(), buffer.size());
        if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
        heard_.append(buffer.data(), static_cast<std::size_t>(got));
        for (auto end = heard_.find('\n'); end != heard_.npos; end = heard_.find('\n')) {
            tell(heard_.substr(0, end));
            heard_.erase(0, end + 1);
        }
    }
}

void Listener::tell(const std::string& line) const try {
    const auto json = nlohmann::ordered_json::parse(line);
    std::vector<Record> found;
    for (const auto& record : json.at("found")) found.push_back(record_of(record));
    told_(json.at("item"), found);
} catch (const nlohmann::json::exception& error) {
    throw std::runtime_error{std::string{"results: "} + error.what()};
}

}  // namespace bench
