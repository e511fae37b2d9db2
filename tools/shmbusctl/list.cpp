#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "accounts.hpp"
#include "globals.hpp"
#include "members.hpp"
#include "quantity.hpp"
#include "verb.hpp"
#include "words.hpp"

namespace ctl {
namespace {

Json json_of(const std::vector<bus::RegionInfo>& regions) {
    auto array = Json::array();
    for (const auto& region : regions) array.push_back(to_json(region));
    return array;
}

std::string text_of(const std::vector<bus::RegionInfo>& regions, Legend legend) {
    Table table{{{"NAME"},
                 {"KIND"},
                 {"TYPE"},
                 {"SIZE", Align::Right},
                 {"MEMORY", Align::Right},
                 {"OWNER"},
                 {"MODE", Align::Right},
                 {"MEMBERS"}}};
    for (const auto& region : regions) {
        table.add({region.name, std::string{to_string(region.kind)}, region.type,
                   format_size(region.size), format_size(region.bytes), user_name(region.owner),
                   fmt::format("{:04o}", region.mode), members_text({&region, 1})});
    }
    if (legend == Legend::Hidden) return table.text(legend);
    if (regions.empty()) return "No regions.\n";
    return fmt::format("{}\n{} listed.\n", table.text(legend), counted(regions.size(), "region"));
}

class List final : public Verb {
public:
    void declare(CLI::App&) override {}

    int run(const Globals& globals) override {
        auto connection = globals.connect();
        const auto regions = connection.regions();
        if (globals.json() != JsonStyle::Off)
            globals.show_json(json_of(regions));
        else
            globals.show(text_of(regions, globals.legend()));
        return 0;
    }
};

}  // namespace

std::unique_ptr<Verb> make_list() { return std::make_unique<List>(); }

}  // namespace ctl
