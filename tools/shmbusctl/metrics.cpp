#include <chrono>
#include <string>

#include <CLI/CLI.hpp>

#include "bus_metrics.hpp"
#include "exposition.hpp"
#include "failure.hpp"
#include "globals.hpp"
#include "pager.hpp"
#include "replaced_file.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

constexpr std::chrono::seconds patience{25};

class Metrics final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option_function<std::string>(
               "--format", [this](const std::string& text) { format_ = parse_metric_format(text); },
               "openmetrics (the default), or prometheus: what node_exporter's textfile collector "
               "reads")
            ->type_name("FORMAT");
        app.add_option("--output", output_,
                       "Put them into this file, whole or not at all, instead of standard output")
            ->type_name("FILE");
    }

    int run(const Globals& globals) override {
        if (globals.json() != JsonStyle::Off)
            throw Failure{"--json", "metrics are no JSON; see top --json"};
        auto connection = globals.connect();
        Exposition exposition{format_};
        try {
            People people;
            const auto activity = connection.activity(patience);
            expose(exposition, activity, connection.quotas(), people);
        } catch (const bus::Error& error) {
            // That too is a figure, and better than one that stands still.
            Exposition absence{format_};
            expose_absence(absence);
            put(absence.text());
            throw;
        }
        put(exposition.text());
        return 0;
    }

private:
    void put(std::string_view text) const {
        if (output_.empty())
            write_out(text);
        else
            replace_file(output_, text);
    }

    MetricFormat format_ = MetricFormat::OpenMetrics;
    std::string output_;
};

}  // namespace

std::unique_ptr<Verb> make_metrics() { return std::make_unique<Metrics>(); }

}  // namespace ctl
