// All that one run of the bench found, and where it found it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/record.hpp"
#include "json.hpp"

namespace ctl {

/// What a figure depends on besides the transport.
struct Machine {
    std::string date;  ///< ISO 8601
    std::string processor;
    std::string kernel;
    std::string cores;  ///< "0,1": those that the two processes ran on
    std::string version;
    std::string tempo;  ///< "full" or "quick"

    friend bool operator==(const Machine&, const Machine&) = default;
};

/// What protects the shared memory, tried out rather than said.
struct Protection {
    std::string refusal;            ///< what the kernel says to a reader that wants to write
    std::optional<double> lock_ns;  ///< taking and giving back a raw region's lock, uncontended

    friend bool operator==(const Protection&, const Protection&) = default;
};

class Results {
public:
    explicit Results(Machine machine = {}) : machine_{std::move(machine)} {}

    /// Takes a record over; one of the same transport, size and distance makes place for it, unless
    /// it is disturbed and the other is not.
    void add(const bench::Record& record);
    void set_protection(Protection protection) { protection_ = std::move(protection); }

    [[nodiscard]] const Machine& machine() const noexcept { return machine_; }
    [[nodiscard]] const Protection& protection() const noexcept { return protection_; }
    [[nodiscard]] const std::vector<bench::Record>& records() const noexcept { return records_; }

    /// In the order in which they came.
    [[nodiscard]] std::vector<std::string> transports() const;
    /// Those that figures were had at, the commonest first.
    [[nodiscard]] std::vector<bench::Distance> distances() const;
    /// Ascending, of whatever was carried.
    [[nodiscard]] std::vector<std::uint64_t> sizes() const;

    // Null where there is none; a disturbed one is none.
    [[nodiscard]] const bench::Record* carried(std::string_view transport, std::uint64_t size,
                                               bench::Distance distance) const noexcept;
    [[nodiscard]] const bench::Record* set_up(std::string_view transport,
                                              bench::Distance distance) const noexcept;
    [[nodiscard]] const bench::Record* counted(std::string_view transport,
                                               std::uint64_t size) const noexcept;
    /// Why a transport carried nothing of this size; empty when nothing is known of it.
    [[nodiscard]] std::string refusal(std::string_view transport,
                                      std::uint64_t size) const noexcept;
    /// The bare ping-pong at a distance, median of all rows, nanoseconds.
    [[nodiscard]] std::optional<double> bare(bench::Distance distance) const;
    /// Payloads that were not what was sent.
    [[nodiscard]] std::uint64_t faults() const noexcept;

private:
    Machine machine_;
    Protection protection_;
    std::vector<bench::Record> records_;
};

[[nodiscard]] Json to_json(const Results& results);
/// Throws Failure when `text` is not what to_json() made; `name` is the file's.
[[nodiscard]] Results parse_results(const std::string& name, const std::string& text);
/// A line a record, RFC 4180.
[[nodiscard]] std::string csv_of(const Results& results);

}  // namespace ctl
