// chat NAME [ROOM]: talk with whoever else runs it on the same bus, which is that of
// $SHMBUS_ADDRESS, else the session bus. One topic carries all lines, a raw region has who is
// there.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include <poll.h>
#include <unistd.h>

#include <bus/connection.hpp>

#include "room.hpp"

namespace {

bus::Connection connect() {
    const char* address = std::getenv("SHMBUS_ADDRESS");
    return address != nullptr ? bus::Connection::address(address) : bus::Connection::session();
}

// Standard input in lines, of which any number may come at once.
class Keyboard {
public:
    /// Hands each whole line to `take` until that says no; false then, and at the end of the input.
    template <class Take>
    bool read(Take take) {
        std::array<char, 4096> buffer{};
        const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got <= 0) return false;
        text_.append(buffer.data(), static_cast<std::size_t>(got));
        for (auto end = text_.find('\n'); end != text_.npos; end = text_.find('\n')) {
            const auto line = text_.substr(0, end);
            text_.erase(0, end + 1);
            if (!take(std::string_view{line})) return false;
        }
        return true;
    }

private:
    std::string text_;
};

void run(const char* name, const char* where) {
    chat::Room room{connect(), name, where};
    Keyboard keyboard;
    std::array polled{pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                      pollfd{.fd = room.lines_fd(), .events = POLLIN, .revents = 0},
                      pollfd{.fd = room.guests_fd(), .events = POLLIN, .revents = 0},
                      pollfd{.fd = room.watch_fd(), .events = POLLIN, .revents = 0}};
    for (;;) {
        if (::poll(polled.data(), polled.size(), -1) < 0) continue;
        room.look();
        const auto take = [&](std::string_view line) { return line.empty() || room.type(line); };
        if (polled[0].revents != 0 && !keyboard.read(take)) return;
    }
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2 || argc > 3 || argv[1][0] == '-') {
        std::fputs("usage: chat NAME [ROOM]\n", stderr);
        return 1;
    }
    run(argv[1], argc > 2 ? argv[2] : "hall");
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "chat: %s\n", error.what());
    return 1;
}
