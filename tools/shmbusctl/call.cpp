#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/client.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "input.hpp"
#include "latency.hpp"
#include "output.hpp"
#include "quantity.hpp"
#include "signals.hpp"
#include "summary.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

constexpr auto patience = 100ms;  // of one wait, between looks at the signals

bool going_on() { return !Signals::stop_requested(); }

// How long a wait may take that must not pass the deadline.
std::chrono::nanoseconds until(Time deadline) {
    const auto left = deadline - std::chrono::steady_clock::now();
    return std::clamp<std::chrono::nanoseconds>(left, 0ns, patience);
}

std::string refusal_text(const bus::BytesCall& call) {
    const auto text = one_line(call.text());
    const auto because = text.empty() ? text : ": " + text;
    switch (call.code()) {
        case bus::refused_unanswered:
            return "the server let go of the request without an answer";
        case bus::refused_too_large:
            return "the server's response was larger than the service's largest" + because;
        case bus::refused_wrong_size:
            return "the server takes requests of another size" + because;
        default:
            return fmt::format("refused with code {}{}", call.code(), because);
    }
}

class Call final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The service")->required()->type_name("");
        app.add_option_function<std::string>(
               "--timeout",
               [this](const std::string& text) { timeout_ = parse_time("--timeout", text); },
               "How long to wait for each answer (25s)")
            ->type_name("TIME");
        app.add_option_function<std::string>(
               "--repeat",
               [this](const std::string& text) { repeat_ = parse_count("--repeat", text, 1); },
               "Send the request so often, each time after the answer, and write every response")
            ->type_name("N");
        app.add_flag("--latency", measured_, "Tell on standard error how long the calls took");
    }

    int run(const Globals& globals) override {
        const Signals signals;
        bus::BytesClient client{globals.connect(), name_};
        const auto request = read_request(client.max_size());
        Output output{STDOUT_FILENO, going_on};
        Latency latency;
        for (std::uint64_t i = 0; i < repeat_; ++i) {
            const auto start = std::chrono::steady_clock::now();
            const auto call = ask(client, request, start + timeout_);
            const std::chrono::nanoseconds time = std::chrono::steady_clock::now() - start;
            latency.note(static_cast<std::uint64_t>(time.count()));
            if (!output.put(call.response(), Output::Newline::None)) break;
        }
        output.flush();
        if (measured_) tell(latency);
        return 0;
    }

private:
    [[nodiscard]] std::vector<std::byte> read_request(std::size_t most) const {
        std::vector<std::byte> request(most + 1);  // one more, to see whether there is more
        Input input{STDIN_FILENO, going_on};
        request.resize(input.fill(request));
        if (!going_on()) throw interrupted();
        if (request.size() > most)
            throw Failure{name_, fmt::format("the input is longer than the service's largest "
                                             "request of {} bytes",
                                             most)};
        return request;
    }

    [[nodiscard]] bus::BytesCall ask(bus::BytesClient& client,
                                     const std::vector<std::byte>& request, Time deadline) const {
        auto call = client.loan(until(deadline));
        while (!call) {
            if (client.state() == bus::State::Removed) throw removed();
            check(client, deadline);
            call = client.loan(until(deadline));
        }
        std::ranges::copy(request, call.data());
        call.send(request.size());
        while (call.wait_for(until(deadline)) == bus::CallOutcome::TimedOut)
            check(client, deadline);
        if (call.outcome() != bus::CallOutcome::Answered) throw fault_of(call);
        return call;
    }

    void check(bus::BytesClient& client, Time deadline) const {
        if (!going_on()) throw interrupted();
        if (std::chrono::steady_clock::now() < deadline) return;
        throw Failure{name_, fmt::format("no answer within {}{}", format_time(timeout_),
                                         client.has_server() ? "" : ": it has no server")};
    }

    [[nodiscard]] Failure interrupted() const { return {name_, "interrupted, without an answer"}; }
    [[nodiscard]] Failure removed() const { return {name_, "the region was removed"}; }
    [[nodiscard]] Failure fault_of(const bus::BytesCall& call) const {
        if (call.outcome() == bus::CallOutcome::Refused) return {name_, refusal_text(call)};
        if (call.outcome() == bus::CallOutcome::Ended) return removed();
        return {name_, "its server has gone; whether it had begun with the request is unknown"};
    }

    static void tell(const Latency& latency) {
        const auto line =
            fmt::format("{}, {}\n", counted(latency.count(), "call"), latency_line(latency));
        std::fputs(line.c_str(), stderr);
    }

    std::string name_;
    std::chrono::nanoseconds timeout_ = 25s;
    std::uint64_t repeat_ = 1;
    bool measured_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_call() { return std::make_unique<Call>(); }

}  // namespace ctl
