// What the cases about services have in common: requests that are numbers, and what became of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

namespace integration {

inline constexpr std::chrono::nanoseconds at_once{0};

[[nodiscard]] inline std::uint64_t number_in(std::span<const std::byte> bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
    return number;
}
inline void put(std::span<std::byte> bytes, std::uint64_t number) {
    std::memcpy(bytes.data(), &number, sizeof number);
}

// Sends a number, without waiting for its answer.
[[nodiscard]] inline bus::BytesCall ask(bus::BytesClient& client, std::uint64_t number) {
    auto call = client.loan(patience);
    if (!call) return call;
    put(call.bytes(), number);
    call.send(sizeof number);
    return call;
}

// What became of a call: "answered 25", "refused 5 not today", or the outcome alone.
[[nodiscard]] inline std::string told(bus::BytesCall& call,
                                      std::chrono::nanoseconds timeout = patience) {
    const auto outcome = call.wait_for(timeout);
    std::string text{to_string(outcome)};
    if (outcome == bus::CallOutcome::Answered)
        text += ' ' + std::to_string(number_in(call.response()));
    if (outcome == bus::CallOutcome::Refused)
        text += ' ' + std::to_string(call.code()) + ' ' + std::string{call.text()};
    return text;
}
[[nodiscard]] inline std::string told(bus::BytesClient& client, std::uint64_t number) {
    auto call = ask(client, number);
    return told(call);
}

// The next request, which must come.
[[nodiscard]] inline bus::BytesRequest await_request(bus::BytesServer& server) {
    for (;;) {
        if (auto request = server.take()) return request;
        if (!server.wait_for(patience)) give_up("a request");
    }
}

// Answers a number by its double.
inline void answer_double(bus::BytesServer& server, bus::BytesRequest&& request) {
    put(request.memory(), 2 * number_in(request.bytes()));
    server.respond(std::move(request), sizeof(std::uint64_t));
}

// Doubles numbers as long as `more` says so.
inline void serve_doubles(bus::BytesServer& server, const std::function<bool()>& more) {
    while (more()) {
        static_cast<void>(server.wait_for(std::chrono::milliseconds{10}));
        while (auto request = server.take()) answer_double(server, std::move(request));
    }
}

// A server that doubles numbers until it is killed.
[[nodiscard]] inline Actor::Role doubler(const std::function<bus::Connection()>& connect,
                                         bus::ServerOptions options = {}) {
    return [connect, options](Cue& cue) {
        bus::BytesServer server{connect(), "service", options};
        cue.tell("serves");
        serve_doubles(server, [] { return true; });
    };
}

}  // namespace integration
