#include <chrono>
#include <string>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/publisher.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "input.hpp"
#include "pace.hpp"
#include "progress.hpp"
#include "quantity.hpp"
#include "region_arguments.hpp"
#include "signals.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 100ms;  // of one wait for room, between looks at the signals
constexpr std::size_t usual_line = 4096;
constexpr std::size_t usual_sample = 64 * 1024;
// Above this a read straight into the slot costs less than the copy out of a buffer.
constexpr std::size_t small = 16 * 1024;

struct PubArguments {
    std::string name;
    bool lines = false;
    bool create = false;
    bool time = false;
    double rate = 0;
    std::uint32_t wait = 0;
    RegionArguments topic;
    ProgressArguments progress;
};

// Moves standard input into a topic, one sample after the other.
class Feed {
public:
    Feed(bus::BytesPublisher& publisher, const PubArguments& arguments, Progress& progress)
        : publisher_{publisher},
          arguments_{arguments},
          progress_{progress},
          pace_{arguments.rate},
          input_{STDIN_FILENO, [this] { return going_on(); }} {}

    void run() {
        await_subscribers();
        if (arguments_.lines)
            feed_lines();
        else if (const auto size = sample_size(); size > small)
            feed_in_place(size);
        else
            feed_blocks(size);
        traffic_.pause();
    }

    [[nodiscard]] const Traffic& traffic() const noexcept { return traffic_; }

private:
    // Looks at what came from outside. False: to stop. Throws Failure when the region has ended.
    bool going_on() {
        if (Signals::tick()) {
            progress_.draw(traffic_);
            if (publisher_.state() == bus::State::Removed) throw removed();
        }
        return !Signals::stop_requested();
    }

    [[nodiscard]] Failure removed() const { return {arguments_.name, "the region was removed"}; }

    [[nodiscard]] std::size_t sample_size() const {
        const auto most = publisher_.max_size();
        const auto asked = arguments_.topic.topic().size;
        if (asked > most) {
            throw Failure{arguments_.name,
                          fmt::format("samples of {} bytes are more than the topic's maximum of {}",
                                      asked, most)};
        }
        return asked == 0 ? most : asked;
    }

    void await_subscribers() {
        while (publisher_.subscribers() < arguments_.wait && going_on())
            static_cast<void>(sleep_until(std::chrono::steady_clock::now() + 10ms));
    }

    // Until the next sample is due; false: to stop.
    bool await_turn() {
        if (!pace_.scheduled()) return going_on();
        const auto due = pace_.next(std::chrono::steady_clock::now());
        while (going_on())
            if (sleep_until(due)) return true;
        return false;
    }

    // Empty: to stop.
    bus::BytesLoan lend() {
        while (going_on()) {
            if (auto loan = publisher_.loan(patience)) return loan;
            if (publisher_.state() == bus::State::Removed) throw removed();
        }
        return {};
    }

    // False: to stop.
    bool publish(std::span<const std::byte> bytes) {
        if (!await_turn()) return false;
        for (;;) {
            const auto outcome = publisher_.publish(bytes, patience);
            if (outcome == bus::Outcome::Published) break;
            if (outcome != bus::Outcome::Full) throw removed();
            if (!going_on()) return false;
        }
        traffic_.count(bytes.size());
        return true;
    }

    void feed_in_place(std::size_t size) {
        while (auto loan = lend()) {
            const auto filled = input_.fill(loan.bytes().first(size));
            const bool whole = filled == size || (filled > 0 && input_.ended());
            if (!whole || !await_turn()) return;
            publisher_.publish(std::move(loan), filled);
            traffic_.count(filled);
        }
    }

    void feed_blocks(std::size_t size) {
        for (;;) {
            const auto block = input_.next_block(size);
            if (block.empty() || !publish(block)) return;
        }
    }

    void feed_lines() {
        while (const auto line = input_.next_line(publisher_.max_size()))
            if (!publish(std::as_bytes(std::span{*line}))) return;
    }

    bus::BytesPublisher& publisher_;
    const PubArguments& arguments_;
    Progress& progress_;
    Pace pace_;
    Traffic traffic_;
    Input input_;
};

class Pub final : public Verb {
public:
    void declare(CLI::App& app) override {
        auto& given = arguments_;
        app.add_option("NAME", given.name, "The topic")->required()->type_name("");
        given.topic.declare_size(app,
                                 "Bytes of a sample (the topic's maximum); with --create also the "
                                 "new topic's maximum (64K, with --lines 4K)");
        app.add_flag("--lines", given.lines, "One sample a line, without its newline");
        app.add_option_function<std::string>(
               "--rate",
               [&given](const std::string& text) { given.rate = parse_rate("--rate", text); },
               "Samples a second (as fast as they come)")
            ->type_name("N");
        app.add_option_function<std::string>(
               "--wait",
               [&given](const std::string& text) { given.wait = parse_count32("--wait", text); },
               "Wait for this many subscribers first")
            ->type_name("N");
        app.add_flag("--time", given.time, "Stamp each sample with the time, for sub --latency");
        given.progress.declare(app);
        auto* create = app.add_flag("--create", given.create, "Create the topic when it is absent");
        given.topic.declare_topic(app, create);
    }

    int run(const Globals& globals) override {
        const Signals signals;
        Progress progress{globals, arguments_.progress, STDIN_FILENO};
        auto publisher = attach(globals.connect());
        Feed feed{publisher, arguments_, progress};
        const auto finish = [&] {
            progress.finish({.samples = feed.traffic().samples(),
                             .bytes = feed.traffic().bytes(),
                             .seconds = feed.traffic().seconds(),
                             .taking = {}});
        };
        try {
            feed.run();
        } catch (const Failure&) {
            finish();
            throw;
        }
        finish();
        return 0;
    }

private:
    [[nodiscard]] bus::BytesPublisher attach(const bus::Connection& connection) const {
        const bus::PublisherOptions options{.clock = arguments_.time ? bus::Clock::Monotonic
                                                                     : bus::Clock::None};
        if (!arguments_.create) return {connection, arguments_.name, options};
        auto topic = arguments_.topic.topic();
        if (topic.size == 0) topic.size = arguments_.lines ? usual_line : usual_sample;
        return {connection, arguments_.name, topic, options};
    }

    PubArguments arguments_;
};

}  // namespace

std::unique_ptr<Verb> make_pub() { return std::make_unique<Pub>(); }

}  // namespace ctl
