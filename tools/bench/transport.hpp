// A way from one process to another that takes part in the comparison.
//
// What it has to be able to do is the concept Link: the two sides' ends of one two-way connection,
// made at the same time on both. Every link carries the same payloads: written in full where the
// message is made, read in full and checked where it has arrived.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "row.hpp"
#include "scene.hpp"

namespace bench {

// The constructor returns once this side can send; what goes wrong throws.
template <class T>
concept Link = std::constructible_from<T, Scene&, std::size_t> &&
    requires(T link, std::uint64_t number) {
    // Writes the payload that stands for `number` and sends it.
    link.send(number);
    // Waits for the next payload; whether it is the one for `number`.
    { link.receive(number) } -> std::same_as<bool>;
};

// A link whose messages must be held back by hand when many are on their way.
template <class T>
concept PacedLink = Link<T> && requires(T link, std::uint64_t number) {
    link.stream(number);
    { link.take(number) } -> std::same_as<bool>;
};

// Which of the two models it belongs to.
enum class Model { SharedMemory, MessagePassing };

struct Transport {
    std::string name;
    Model model = Model::MessagePassing;
    // Why it cannot carry a payload of so many bytes; empty when it can.
    std::function<std::string(std::size_t)> refusal;
    std::function<std::unique_ptr<Course>(Scene&, std::size_t)> carry;
    std::function<std::unique_ptr<Course>(Scene&)> set_up;
    // Takes away what a link of this label leaves when it is killed; may be empty.
    std::function<void(const std::string& label)> clear = {};
};

[[nodiscard]] inline std::string refuses_nothing(std::size_t) { return {}; }

void add_topics(std::vector<Transport>& transports);
void add_service(std::vector<Transport>& transports);
void add_sockets(std::vector<Transport>& transports);
void add_pipe(std::vector<Transport>& transports);
void add_posix_queue(std::vector<Transport>& transports);
void add_boost_queue(std::vector<Transport>& transports);
void add_dbus(std::vector<Transport>& transports);

// All that need nothing but what the tool itself needs.
[[nodiscard]] std::vector<Transport> transports();

}  // namespace bench
