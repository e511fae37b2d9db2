#include "exposition.hpp"

#include <doctest/doctest.h>

#include "fault.hpp"

using ctl::Exposition;
using ctl::MetricFormat;
using ctl::MetricType;

namespace {

std::string sample(MetricFormat format) {
    Exposition out{format};
    out.begin(MetricType::Counter, "bus_time_seconds", "seconds", "Time.");
    out.add({}, 1.5);
    out.begin(MetricType::Gauge, "bus_nothing", "", "Nothing.");
    out.begin(MetricType::Info, "bus_build", "", "Build.");
    out.add({{"version", "1"}, {"by", "me"}}, std::uint64_t{1});
    return out.text();
}

}  // namespace

TEST_CASE("exposition: OpenMetrics names a counter's family without _total, and ends with EOF") {
    CHECK(sample(MetricFormat::OpenMetrics) ==
          "# HELP bus_time_seconds Time.\n# TYPE bus_time_seconds counter\n"
          "# UNIT bus_time_seconds seconds\nbus_time_seconds_total 1.5\n"
          "# HELP bus_build Build.\n# TYPE bus_build info\n"
          "bus_build_info{version=\"1\",by=\"me\"} 1\n# EOF\n");
}

TEST_CASE("exposition: the format of Prometheus names it with _total, and knows no info") {
    CHECK(sample(MetricFormat::Prometheus) ==
          "# HELP bus_time_seconds_total Time.\n# TYPE bus_time_seconds_total counter\n"
          "bus_time_seconds_total 1.5\n"
          "# HELP bus_build_info Build.\n# TYPE bus_build_info gauge\n"
          "bus_build_info{version=\"1\",by=\"me\"} 1\n");
}

TEST_CASE("exposition: label values are escaped, and are UTF-8 whatever they were") {
    Exposition out{MetricFormat::Prometheus};
    out.begin(MetricType::Gauge, "g", "", "G.");
    out.add({{"a", "q\"b\\s\nn\xff"}}, std::uint64_t{18'446'744'073'709'551'615U});
    CHECK(out.text() ==
          "# HELP g G.\n# TYPE g gauge\ng{a=\"q\\\"b\\\\s\\nn?\"} 18446744073709551615\n");
}

TEST_CASE("exposition: an unknown format is refused by name") {
    CHECK(fault_of([] { (void)ctl::parse_metric_format("xml"); }) ==
          "--format=xml: must be openmetrics or prometheus");
}
