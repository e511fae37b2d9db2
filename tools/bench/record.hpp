// What the comparison found of one transport at one size and one distance of the cores: a line of
// its results, the same whether it was measured just now or is read from an earlier run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "transport.hpp"

namespace bench {

// System calls a message, by the two sides and by the bus's daemon between them.
struct CallCount {
    double own = 0;
    double broker = 0;

    friend bool operator==(const CallCount&, const CallCount&) = default;
};

struct Record {
    std::string transport;
    Model model = Model::MessagePassing;
    std::uint64_t size = 0;            // 0: not of a size, such as the set-up
    std::optional<Distance> distance;  // none: has nothing to do with it
    bool disturbed = false;            // the cores were moved in every pass: for orientation only
    double bare = 0;                   // of the ping-pong around it, nanoseconds

    std::optional<double> one_way;  // median, nanoseconds; with the least and greatest pass
    std::optional<double> low;
    std::optional<double> high;
    std::optional<double> p99;
    std::optional<double> p999;
    std::optional<double> rate;             // messages a second
    std::optional<double> cpu;              // nanoseconds of processor time a message, in a stream
    std::optional<CallCount> calls;         // a message, each sent when the last was answered
    std::optional<CallCount> stream_calls;  // a message of a stream
    std::optional<double> set_up;           // from nothing to the first message, nanoseconds
    std::uint64_t faults = 0;               // payloads that were not what was sent
    std::string note;                       // why a figure is missing

    friend bool operator==(const Record&, const Record&) = default;
};

[[nodiscard]] nlohmann::ordered_json json_of(const Record& record);
// Throws: std::runtime_error, nlohmann::json::exception when it is none.
[[nodiscard]] Record record_of(const nlohmann::ordered_json& json);

// "shared memory", "message passing"
[[nodiscard]] const char* name_of(Model model) noexcept;

}  // namespace bench
