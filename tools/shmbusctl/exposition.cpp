#include "exposition.hpp"

#include <fmt/format.h>

#include "characters.hpp"
#include "failure.hpp"

namespace ctl {
namespace {

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : valid_utf8(text)) {
        if (c == '\n') {
            safe += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') safe += '\\';
        safe += c;
    }
    return safe;
}

std::string_view word_of(MetricType type, MetricFormat format) noexcept {
    switch (type) {
        case MetricType::Counter:
            return "counter";
        case MetricType::Info:
            return format == MetricFormat::OpenMetrics ? "info" : "gauge";
        case MetricType::Gauge:
            break;
    }
    return "gauge";
}

std::string_view suffix_of(MetricType type) noexcept {
    switch (type) {
        case MetricType::Counter:
            return "_total";
        case MetricType::Info:
            return "_info";
        case MetricType::Gauge:
            break;
    }
    return "";
}

}  // namespace

MetricFormat parse_metric_format(std::string_view text) {
    if (text == "openmetrics") return MetricFormat::OpenMetrics;
    if (text == "prometheus") return MetricFormat::Prometheus;
    throw Failure{fmt::format("--format={}", text), "must be openmetrics or prometheus"};
}

void Exposition::begin(MetricType type, std::string_view name, std::string_view unit,
                       std::string_view help) {
    sample_name_ = fmt::format("{}{}", name, suffix_of(type));
    const bool open = format_ == MetricFormat::OpenMetrics;
    const auto family = open ? std::string{name} : sample_name_;
    head_ =
        fmt::format("# HELP {} {}\n# TYPE {} {}\n", family, help, family, word_of(type, format_));
    if (open && !unit.empty()) head_ += fmt::format("# UNIT {} {}\n", family, unit);
}

void Exposition::add(const Labels& labels, std::uint64_t value) {
    add_line(labels, fmt::format("{}", value));
}

void Exposition::add(const Labels& labels, double value) {
    add_line(labels, fmt::format("{}", value));
}

void Exposition::add_line(const Labels& labels, std::string_view value) {
    text_ += std::exchange(head_, {});
    text_ += sample_name_;
    std::string_view before = "{";
    for (const auto& [name, label] : labels) {
        text_ += fmt::format("{}{}=\"{}\"", before, name, escaped(label));
        before = ",";
    }
    text_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
}

std::string Exposition::text() const {
    return format_ == MetricFormat::OpenMetrics ? text_ + "# EOF\n" : text_;
}

}  // namespace ctl
