// Figures as text that monitoring systems read: OpenMetrics, or the older format of Prometheus,
// which is what node_exporter's textfile collector and promtool understand. They differ in how a
// counter's family is named, in types, and in the line that ends the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctl {

enum class MetricFormat { OpenMetrics, Prometheus };
enum class MetricType { Gauge, Counter, Info };

/// From --format=; throws Failure.
[[nodiscard]] MetricFormat parse_metric_format(std::string_view text);

using Labels = std::vector<std::pair<std::string_view, std::string>>;

class Exposition {
public:
    explicit Exposition(MetricFormat format) : format_{format} {}

    /// Begins a family; one that gets no sample leaves no trace. `name` is without "_total" and
    /// "_info", which samples get by their type, and ends in the unit, where it has one.
    void begin(MetricType type, std::string_view name, std::string_view unit,
               std::string_view help);
    void add(const Labels& labels, std::uint64_t value);
    void add(const Labels& labels, double value);

    /// All of it.
    [[nodiscard]] std::string text() const;

private:
    void add_line(const Labels& labels, std::string_view value);

    MetricFormat format_;
    std::string sample_name_;
    std::string head_;  // of the family that was begun; empty once it is written
    std::string text_;
};

}  // namespace ctl
