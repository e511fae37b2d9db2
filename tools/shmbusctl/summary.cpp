#include "summary.hpp"

#include <fmt/format.h>

#include "latency.hpp"
#include "quantity.hpp"
#include "table.hpp"

namespace ctl {

std::string latency_line(const Latency& latency) {
    const auto time = [](std::uint64_t count) {
        return format_time(std::chrono::nanoseconds{static_cast<std::int64_t>(count)});
    };
    return fmt::format("latency median {}, p99 {}, max {}", time(latency.quantile(0.5)),
                       time(latency.quantile(0.99)), time(latency.max()));
}

namespace {

std::string taking_line(const Summary::Taking& taking) {
    auto line = fmt::format(", missed {}", taking.missed);
    if (taking.skipped > 0) line += fmt::format(", skipped {}", taking.skipped);
    line += fmt::format(", from {}", counted(taking.publishers, "publisher"));
    if (taking.latency == nullptr) return line;
    line += ", ";
    line += taking.latency->count() > 0 ? latency_line(*taking.latency)
                                        : "latency unknown: the samples carry no time (pub --time)";
    return line;
}

}  // namespace

double Traffic::seconds() const noexcept {
    return samples_ == 0 ? 0 : std::chrono::duration<double>{last_ - first_}.count();
}

std::string to_line(const Summary& summary) {
    auto line = fmt::format("{}, {}B, {:.3f} s", counted(summary.samples, "sample"),
                            format_decimal(static_cast<double>(summary.bytes)), summary.seconds);
    if (summary.seconds > 0) {
        line += fmt::format(", {}B/s, {}samples/s",
                            format_decimal(static_cast<double>(summary.bytes) / summary.seconds),
                            format_decimal(static_cast<double>(summary.samples) / summary.seconds));
    }
    if (summary.taking) line += taking_line(*summary.taking);
    return line;
}

Json to_json(const Summary& summary) {
    Json json{{"samples", summary.samples}, {"bytes", summary.bytes}, {"seconds", summary.seconds}};
    if (!summary.taking) return json;
    json["missed"] = summary.taking->missed;
    json["skipped"] = summary.taking->skipped;
    json["publishers"] = summary.taking->publishers;
    if (const auto* latency = summary.taking->latency; latency != nullptr && latency->count() > 0) {
        json["latency_ns"] = {{"median", latency->quantile(0.5)},
                              {"p99", latency->quantile(0.99)},
                              {"max", latency->max()}};
    }
    return json;
}

}  // namespace ctl
