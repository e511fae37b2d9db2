// Takes a list of transports through all sizes, in two processes of its own, and tells what it
// found as it finds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record.hpp"
#include "scene.hpp"
#include "transport.hpp"
#include "troupe.hpp"

namespace bench {

// From one cache line to eight mebibytes, each eight times the one before.
inline constexpr std::size_t compared_sizes[] = {32, 256, 2048, 16384, 131072, 1 << 20, 8 << 20};

struct Comparison {
    Setting setting;
    std::string only = "*";           // glob of names: "pipe 32 B", "pipe set-up"
    std::optional<Distance> wanted;   // none: what most rows turn out to have
    std::vector<std::string> counts;  // the words that make this program count the calls of a row
};

// A thing to be measured.
struct Item {
    enum class Part { Carry, Calls, SetUp } part = Part::Carry;
    const Transport* transport = nullptr;
    std::size_t size = 0;

    [[nodiscard]] std::string name() const;
};

// In the order in which they are measured; the transports must outlive them.
[[nodiscard]] std::vector<Item> items_of(const std::vector<Transport>& transports,
                                         const std::string& only);
// The sizes among these that a transport cannot carry, and why.
[[nodiscard]] std::vector<Record> refusals_of(const std::vector<Transport>& transports,
                                              const std::string& only);

// Measures them all. What is found goes into the descriptor `out`, a line of JSON an item and one
// for all refusals; see Listener.
[[nodiscard]] Outcome compare(const std::vector<Transport>& transports,
                              const Comparison& comparison, int out,
                              const Meanwhile& meanwhile = {});

// The part that plays under a tracer: rounds and streams of one item between marks.
[[nodiscard]] Outcome play_counted(const std::vector<Transport>& transports,
                                   const Comparison& comparison);

}  // namespace bench
