#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "facts.hpp"
#include "globals.hpp"
#include "members.hpp"
#include "quantity.hpp"
#include "status_text.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

struct Totals {
    std::uint64_t regions = 0;
    std::uint64_t publishers = 0;
    std::uint64_t subscribers = 0;
    std::uint64_t memory = 0;
};

Totals totals_of(const std::vector<bus::RegionInfo>& regions) {
    Totals totals{.regions = regions.size()};
    for (const auto& region : regions) {
        totals.publishers += region.publishers;
        totals.subscribers += region.subscribers;
        totals.memory += region.bytes;
    }
    return totals;
}

class Status final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("REGION", name_, "The region; without it, the daemon itself")->type_name("");
    }

    int run(const Globals& globals) override {
        auto connection = globals.connect();
        if (name_.empty())
            show_daemon(connection, globals);
        else
            show_region(connection.status(name_), globals);
        return 0;
    }

private:
    static void show_daemon(bus::Connection& connection, const Globals& globals) {
        const auto version = connection.daemon_version();
        const auto regions = connection.regions();
        const auto totals = totals_of(regions);
        if (globals.json() != JsonStyle::Off) {
            globals.show_json(Json{{"version", version},
                                   {"bus", connection.bus_name()},
                                   {"regions", totals.regions},
                                   {"publishers", totals.publishers},
                                   {"subscribers", totals.subscribers},
                                   {"memory", totals.memory}});
            return;
        }
        globals.show(text_of({{"Daemon", "shmbusd " + version},
                              {"Bus", connection.bus_name()},
                              {"Regions", fmt::format("{}", totals.regions)},
                              {"Members", members_text(regions)},
                              {"Memory", format_size(totals.memory)}}));
    }

    static void show_region(const bus::RegionStatus& status, const Globals& globals) {
        if (globals.json() != JsonStyle::Off)
            globals.show_json(to_json(status));
        else
            globals.show(status_text(status, globals.legend()));
    }

    std::string name_;
};

}  // namespace

std::unique_ptr<Verb> make_status() { return std::make_unique<Status>(); }

}  // namespace ctl
