#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/server.hpp>

#include "command.hpp"
#include "failure.hpp"
#include "globals.hpp"
#include "quantity.hpp"
#include "region_arguments.hpp"
#include "signals.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 100ms;  // of one wait for a request, between looks at the signals
constexpr std::size_t usual_size = 64 * 1024;

class Serve final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The service")->required()->type_name("");
        app.add_option("COMMAND", words_,
                       "Behind --: a program and its arguments, run once for each request")
            ->required()
            ->type_name("");
        app.add_option_function<std::string>(
               "--count",
               [this](const std::string& text) { count_ = parse_count("--count", text, 1); },
               "End after this many requests")
            ->type_name("N");
        app.add_flag("--standby", standby_,
                     "Where another one serves, wait and take over when it ends");
        auto* create = app.add_flag("--create", create_, "Create the service when it is absent");
        service_.declare_size(app, "The new service's largest request and largest response (64K)")
            ->needs(create)
            ->group("With --create");
        service_.declare_service(app, create);
    }

    int run(const Globals& globals) override {
        const Signals signals;
        auto server = attach(globals.connect());
        const Command command{words_, &Signals::stop_requested};
        std::uint64_t served = 0;
        while (!Signals::stop_requested() && (count_ == 0 || served < count_)) {
            if (auto request = server.take()) {
                answer(server, std::move(request), command);
                ++served;
            } else if (!server.wait_for(patience)) {
                check(server);
            }
        }
        return 0;
    }

private:
    [[nodiscard]] bus::BytesServer attach(const bus::Connection& connection) const {
        const bus::ServerOptions options{.standby = standby_};
        if (!create_) return {connection, name_, options};
        auto service = service_.service();
        if (service.size == 0) service.size = usual_size;
        return {connection, name_, service, options};
    }

    void check(bus::BytesServer& server) const {
        const auto state = server.state();
        if (state == bus::State::Removed) throw Failure{name_, "the region was removed"};
        if (state == bus::State::Departed) throw Failure{name_, "the attachment was ended"};
    }

    // The program may write before it has read all, so its response is gathered beside the request.
    static void answer(bus::BytesServer& server, bus::BytesRequest request,
                       const Command& command) {
        const auto result = command.run(request.bytes(), request.capacity());
        if (result.too_long)
            return server.refuse(std::move(request), bus::refused_too_large,
                                 fmt::format("more than {} bytes", server.max_size()));
        if (result.code != 0)
            return server.refuse(std::move(request), static_cast<std::uint32_t>(result.code),
                                 result.complaint);
        std::ranges::copy(result.output, request.data());
        server.respond(std::move(request), result.output.size());
    }

    std::string name_;
    std::vector<std::string> words_;
    std::uint64_t count_ = 0;  // 0: no end
    bool standby_ = false;
    bool create_ = false;
    RegionArguments service_;
};

}  // namespace

std::unique_ptr<Verb> make_serve() { return std::make_unique<Serve>(); }

}  // namespace ctl
