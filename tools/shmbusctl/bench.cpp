#include "bench.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/utsname.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/comparison.hpp"
#include "bench/pinning.hpp"
#include "campaign.hpp"
#include "change.hpp"
#include "failure.hpp"
#include "globals.hpp"
#include "named_bus.hpp"
#include "pager.hpp"
#include "plot.hpp"
#include "progress_bar.hpp"
#include "results.hpp"
#include "signals.hpp"
#include "textbook.hpp"

namespace ctl {
namespace {

std::string read_file(const std::string& name) {
    std::ifstream file{name};
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) throw system_failure(name, errno);
    return text.str();
}

std::string processor_name() {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return one_line(line.substr(line.find(':') + 2));
    return "unknown processor";
}

Machine this_machine(const CampaignOptions& options) {
    ::utsname system{};
    ::uname(&system);
    const auto now = ::time(nullptr);
    ::tm local{};
    ::localtime_r(&now, &local);
    char date[40];
    ::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S%z", &local);
    return {.date = date,
            .processor = processor_name(),
            .kernel = system.release,
            .cores = fmt::format("{},{}", options.cores[0], options.cores[1]),
            .version = SHMBUS_VERSION,
            .tempo = options.tempo == bench::Tempo::Full ? "full" : "quick"};
}

class Bench final : public Verb {
public:
    void declare(CLI::App& app) override {
        tool_ = app.get_parent();
        app.add_flag("--quick", quick_, "A short run: fewer repetitions, one pass a row");
        app.add_option("--only", options_.only,
                       "Only what matches this glob: a transport, or \"pipe 2 KiB\"")
            ->type_name("GLOB");
        app.add_flag("--list", list_, "List what would be measured");
        app.add_flag("--csv", csv_, "Print comma-separated values, a line a figure's row");
        auto* plotted =
            app.add_option("--plot", plot_,
                           "Draw latency over size into FILE.svg or FILE.png, by gnuplot")
                ->type_name("FILE");
        app.add_option_function<std::string>(
               "--theme", [this](const std::string& text) { theme_ = parse_theme(text); },
               "Of the picture: light or dark")
            ->type_name("THEME")
            ->needs(plotted);
        app.add_option("--compare", compare_,
                       "Tell what changed beyond noise since the run whose --json is in FILE")
            ->type_name("FILE");
        app.add_option("--from", from_, "Show the run whose --json is in FILE; measure nothing")
            ->type_name("FILE");
        app.add_option("--cores", cores_, "The two cores to measure on; default: the first two")
            ->type_name("A,B")
            ->delimiter(',')
            ->expected(2);
        app.add_option("--daemon", options_.daemon, "The shmbusd to start on a bus of its own")
            ->type_name("FILE");
        app.add_option("--plugins", options_.plugins,
                       "Folder of programs that measure transports of other libraries")
            ->type_name("DIR");
        app.add_option("--counted", counted_)->group("");
        app.add_option("--messages", messages_)->group("");
        app.add_option("--label", label_)->group("");
        app.add_option("--folder", folder_)->group("");
    }

    int run(const Globals& globals) override {
        settle();
        if (!counted_.empty()) return play_counted();
        if (list_) return list(globals);
        const auto older =
            compare_.empty() ? Results{} : parse_results(compare_, read_file(compare_));
        auto results = from_.empty() ? Results{this_machine(options_)}
                                     : parse_results(from_, read_file(from_));
        if (!plot_.empty()) check_plot(plot_);
        if (from_.empty() && !measure(globals, results)) return 130;
        if (!plot_.empty()) plot(results, plot_, theme_);
        show(globals, results, older);
        return results.faults() == 0 ? 0 : 1;
    }

private:
    void settle() {
        if (quick_) options_.tempo = bench::Tempo::Quick;
        options_.address = named_bus(*tool_);
        if (options_.plugins.empty()) options_.plugins = plugins_beside();
        if (!cores_.empty())
            options_.cores = {cores_[0], cores_[1]};
        else if (!list_ && from_.empty())
            options_.cores = bench::first_two_cores();
    }

    // Under a tracer, in a process that another bench has started.
    int play_counted() const {
        bench::Comparison comparison;
        comparison.only = counted_;
        comparison.setting.cores = options_.cores;
        comparison.setting.address = options_.address.value_or("");
        comparison.setting.counted = messages_;
        comparison.setting.label = label_;
        comparison.setting.folder = folder_;
        const auto transports = bench::transports();
        return bench::play_counted(transports, comparison).code;
    }

    int list(const Globals& globals) const {
        std::string text;
        for (const auto& name : items_of(options_)) text += name + '\n';
        globals.show(text);
        return 0;
    }

    bool measure(const Globals& globals, Results& results) {
        const Signals signals{Signals::Tick::None};
        ProgressBar bar{globals.quiet() ? ProgressBar::Shown::Never
                                        : ProgressBar::Shown::OnTerminal};
        Campaign campaign{options_};
        return campaign.run(results, [&](double done, const std::string& item) {
            bar.draw(done, item);
            return !Signals::stop_requested();
        });
    }

    void show(const Globals& globals, const Results& results, const Results& older) const {
        const auto comparison = compare_.empty() ? Comparison{} : compare(older, results);
        if (globals.json() != JsonStyle::Off) {
            auto json = to_json(results);
            if (!compare_.empty()) json["comparison"] = to_json(comparison);
            globals.show_json(json);
        } else if (csv_) {
            globals.show(csv_of(results));
        } else {
            auto text = figures_text(results) + textbook_text(results);
            if (!compare_.empty()) text += comparison_text(comparison, older);
            globals.show(text);
        }
    }

    const CLI::App* tool_ = nullptr;
    CampaignOptions options_;
    std::vector<int> cores_;
    bool quick_ = false;
    bool list_ = false;
    bool csv_ = false;
    std::string plot_;
    Theme theme_ = Theme::Light;
    std::string compare_;
    std::string from_;
    std::string counted_;
    std::uint64_t messages_ = 0;
    std::string label_;
    std::string folder_;
};

}  // namespace

std::unique_ptr<Verb> make_bench() { return std::make_unique<Bench>(); }

}  // namespace ctl
