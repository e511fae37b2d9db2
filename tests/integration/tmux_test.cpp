// The terminal of a case ends with it, however that ends.
#include "tmux.hpp"

#include <string>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "actor.hpp"
#include "descriptor.hpp"
#include "private_bus.hpp"
#include "watchdog.hpp"

using namespace integration;

TEST_CASE("terminal: it does not outlive a case that is killed") {
    if (!Tmux::present()) return;
    PrivateBus bus;
    Actor test{"case", [&](Cue& cue) {
                   const Tmux terminal{bus, "sleep infinity", 80, 24};
                   cue.stand("open", std::to_string(terminal.pid()));
               }};
    const auto pid = std::stoi(test.expect("open"));
    const Descriptor server{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    REQUIRE(server.get() >= 0);
    test.kill();
    await("the end of its server", [&] {
        pollfd polled{.fd = server.get(), .events = POLLIN, .revents = 0};
        return ::poll(&polled, 1, 100) == 1;
    });
}
