// What the daemon tells systemd, which watches over it.
#include <csignal>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "keeper.hpp"

using namespace integration;

TEST_CASE("supervision: a sign of life comes again and again, and none from a halted daemon") {
    const PrivateBus bus;
    Keeper keeper{bus, {"WATCHDOG_USEC=20000"}};
    keeper.await_heard("WATCHDOG=1", 5);
    keeper.signal(SIGSTOP);
    keeper.kill();
    keeper.start();
    keeper.await_heard("WATCHDOG=1", keeper.heard("WATCHDOG=1") + 2);
}

TEST_CASE("supervision: a reload is begun, timed and ended") {
    const PrivateBus bus;
    Keeper keeper{bus};
    keeper.signal(SIGHUP);
    keeper.await_heard("RELOADING=1", 1);
    keeper.await_heard("MONOTONIC_USEC=", 1);
    keeper.await_heard("READY=1", 2);
}

TEST_CASE("supervision: the status follows what there is") {
    const PrivateBus bus;
    Keeper keeper{bus};
    keeper.await_heard("STATUS=0 regions", 1);
    keeper.connect().create_topic("topic", {.size = 64});
    keeper.await_heard("STATUS=1 regions", 1);
}
