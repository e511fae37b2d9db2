// What somebody tries who may not.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include <semaphore.h>

#include <bus/bus.hpp>

#include "../integration/intruder.hpp"
#include "../integration/wire_client.hpp"
#include "actor.hpp"

namespace actor {

void prowl(Words words) {
    constexpr auto address = "unix:path=/run/dbus/system_bus_socket";
    integration::WireClient client{address};
    const auto own = client.join(words[0], "subscriber");
    std::string ways = integration::ways_to_write(own.roster.get());
    std::uint64_t peers = 0;
    for (const auto& peer : bus::Connection::system().status(words[0]).attachments) {
        if (peer.role != bus::Role::Publisher) continue;
        ways += integration::ways_to_write(client.open_peer(words[0], own.id, peer.id).get());
        ++peers;
    }
    std::printf("{\"peers\": %llu, \"ways\": \"%s\"}\n", static_cast<unsigned long long>(peers),
                ways.c_str());
}

void rattle(Words) {
    std::uint64_t opened = 0;
    std::uint64_t refused = 0;
    for (const auto& file : std::filesystem::directory_iterator{"/dev/shm"}) {
        const auto leaf = file.path().filename().string();
        if (!leaf.starts_with("sem.shmbus-")) continue;
        ::sem_t* handle = ::sem_open(("/" + leaf.substr(4)).c_str(), 0);
        handle == SEM_FAILED ? ++refused : ++opened;
        if (handle != SEM_FAILED) ::sem_close(handle);
    }
    std::printf("{\"opened\": %llu, \"refused\": %llu}\n", static_cast<unsigned long long>(opened),
                static_cast<unsigned long long>(refused));
}

}  // namespace actor
