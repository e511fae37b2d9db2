// The parts that processes play in the system tests. Built against the installed library, as any
// application is; what a part has found out goes to standard output as one line of JSON.
#pragma once

#include <span>
#include <string>

namespace actor {

using Words = std::span<const std::string>;

// Each takes its arguments, and throws when it meets an error that no client should see.

// REGION SENDER RATE SUBSCRIBERS: waits for so many subscribers, publishes cargo at this rate (a
// second; 0: as fast as it goes) until SIGTERM, tells how many.
void publish(Words words);
// REGION: says "ready", checks all cargo until every publisher has left, tells what came and the
// longest time between two.
void subscribe(Words words);
// REGION ROLE COUNT: attaches so often, says "ready", stays until SIGTERM.
void hold(Words words);
// REGION COUNT: as hold, with a connection to the bus for each subscriber.
void throng(Words words);
// COUNT EVERY: kills the daemon so often and asks it each time for an answer; tells how long each
// took. Every EVERY-th death comes before the daemon has answered.
void kill_daemon(Words words);
// REGION: as a subscriber that speaks D-Bus by hand, tries to write whatever it gets a handle on.
void prowl(Words words);
// Tries to open every semaphore of the bus there is.
void rattle(Words words);

// True after SIGTERM.
[[nodiscard]] bool told_to_stop() noexcept;

}  // namespace actor
