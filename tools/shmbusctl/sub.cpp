#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/subscriber.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "latency.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "quantity.hpp"
#include "signals.hpp"
#include "sources.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 100ms;  // of one wait for a sample, between looks at the signals
// Small samples are gathered until none comes for so long; about as long as a wait spins.
constexpr auto pause = 20us;

struct SubArguments {
    std::string name;
    std::uint64_t count = 0;  // 0: no end
    bool lines = false;
    bool latest = false;
    bool eof = false;
    bool wait = false;
    bool latency = false;
    bool force = false;
    ProgressArguments progress;
};

enum class End { Asked, Removed, Evicted };

// Moves a topic to standard output, one sample after the other.
class Drain {
public:
    Drain(bus::BytesSubscriber& subscriber, const SubArguments& arguments, Progress& progress)
        : subscriber_{subscriber},
          arguments_{arguments},
          progress_{progress},
          newline_{arguments.lines ? Output::Newline::Appended : Output::Newline::None},
          output_{STDOUT_FILENO, [this] { return worth_writing(); }} {}

    End run() {
        for (;;) {
            while (auto sample = next()) {
                note(sample);
                if (!output_.put(sample.bytes(), newline_) || enough()) return finish(End::Asked);
                if (Signals::tick()) draw();
            }
            if (!Signals::stop_requested() && subscriber_.wait_for(pause)) continue;
            if (!output_.flush()) return finish(End::Asked);
            if (const auto end = idle()) return finish(*end);
        }
    }

    [[nodiscard]] Summary summary() const {
        const auto missed = subscriber_.missed();
        // Without --latest, sequences that are neither taken nor missed never were samples.
        const auto gaps = arguments_.latest ? sources_.gaps() : 0;
        return {.samples = traffic_.samples(),
                .bytes = traffic_.bytes(),
                .seconds = traffic_.seconds(),
                .taking = Summary::Taking{.missed = missed,
                                          .skipped = gaps > missed ? gaps - missed : 0,
                                          .publishers = sources_.size(),
                                          .latency = arguments_.latency ? &latency_ : nullptr}};
    }

private:
    bus::BytesSample next() {
        return arguments_.latest ? subscriber_.latest() : subscriber_.take();
    }

    void note(const bus::BytesSample& sample) {
        if (arguments_.latency && sample.time() != 0) {
            const auto now = std::chrono::steady_clock::now().time_since_epoch();
            const auto count = static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count());
            latency_.note(count > sample.time() ? count - sample.time() : 0);
        }
        sources_.note(sample.publisher(), sample.sequence());
        traffic_.count(sample.size());
    }

    [[nodiscard]] bool enough() const {
        return traffic_.samples() == arguments_.count || Signals::stop_requested();
    }

    // When there is nothing to take: why to end, or nothing after a wait.
    std::optional<End> idle() {
        traffic_.pause();
        if (Signals::tick()) draw();
        if (Signals::stop_requested()) return End::Asked;
        if (subscriber_.state() == bus::State::Evicted) return End::Evicted;
        if (subscriber_.state() == bus::State::Removed) return End::Removed;
        if (arguments_.eof && all_left()) {
            if (std::exchange(left_, true)) return End::Asked;
            return std::nullopt;  // one more round for what they published before they left
        }
        left_ = false;
        const bool found = subscriber_.wait_for(patience);
        if (!found && output_.reader_gone()) return End::Asked;
        return std::nullopt;
    }

    // Whether there were publishers, and there are none.
    [[nodiscard]] bool all_left() {
        const bool present = subscriber_.publishers() > 0;
        met_ = met_ || present || traffic_.samples() > 0;
        return met_ && !present;
    }

    // A sample is finished after a request to stop, unless nobody reads it for a while.
    bool worth_writing() {
        constexpr int enough_ticks = 3;
        if (!Signals::tick()) return true;
        draw();
        if (Signals::stop_requested()) ++ticks_stopped_;
        return ticks_stopped_ < enough_ticks;
    }

    void draw() { progress_.draw(traffic_, subscriber_.missed()); }

    End finish(End end) {
        static_cast<void>(output_.flush());
        traffic_.pause();
        return end;
    }

    bus::BytesSubscriber& subscriber_;
    const SubArguments& arguments_;
    Progress& progress_;
    Output::Newline newline_;
    Output output_;
    Traffic traffic_;
    Sources sources_;
    Latency latency_;
    bool met_ = false;
    bool left_ = false;
    int ticks_stopped_ = 0;
};

class Sub final : public Verb {
public:
    void declare(CLI::App& app) override {
        auto& given = arguments_;
        app.add_option("NAME", given.name, "The topic")->required()->type_name("");
        app.add_option_function<std::string>(
               "--count",
               [&given](const std::string& text) { given.count = parse_count("--count", text, 1); },
               "End after this many samples")
            ->type_name("N");
        app.add_flag("--lines", given.lines, "Write a newline after each sample");
        app.add_flag("--latest", given.latest, "Take the newest sample, pass over older ones");
        app.add_flag("--eof", given.eof, "End when every publisher has left and all is taken");
        app.add_flag("--wait", given.wait, "Wait for the topic when it is absent");
        app.add_flag("--latency", given.latency,
                     "Measure how old samples are when taken (pub --time)");
        app.add_flag("--force", given.force, "Write samples even to a terminal");
        given.progress.declare(app);
    }

    int run(const Globals& globals) override {
        if (!arguments_.lines && !arguments_.force && ::isatty(STDOUT_FILENO) != 0) {
            throw Failure{"standard output", "is a terminal; use --lines, --force, or redirect it"};
        }
        const Signals signals;
        Progress progress{globals, arguments_.progress, STDOUT_FILENO};
        auto connection = globals.connect();
        if (arguments_.wait && !await_topic(connection)) return 0;
        bus::BytesSubscriber subscriber{connection, arguments_.name};
        Drain drain{subscriber, arguments_, progress};
        const auto end = drain.run();
        progress.finish(drain.summary());
        return tell(end);
    }

private:
    // False: a request to stop came first.
    bool await_topic(bus::Connection& connection) const {
        bus::Watch watch{connection};  // before the first look, lest the topic comes in between
        while (!Signals::stop_requested()) {
            if (connection.contains(arguments_.name)) return true;
            static_cast<void>(watch.next(500ms));
        }
        return false;
    }

    [[nodiscard]] int tell(End end) const {
        if (end == End::Removed) throw Failure{arguments_.name, "the region was removed"};
        if (end == End::Evicted)
            throw Failure{arguments_.name,
                          "evicted: it kept the topic waiting for longer than its patience"};
        return 0;
    }

    SubArguments arguments_;
};

}  // namespace

std::unique_ptr<Verb> make_sub() { return std::make_unique<Sub>(); }

}  // namespace ctl
