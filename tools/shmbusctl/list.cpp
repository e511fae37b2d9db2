#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "globals.hpp"
#include "process.hpp"
#include "quantity.hpp"
#include "verb.hpp"
#include "words.hpp"

namespace ctl {
namespace {

struct Listed {
    bus::RegionInfo region;
    std::optional<std::uint64_t> size;  // unknown when it was removed meanwhile
};

// The list does not tell a region's largest sample; its status does.
std::optional<std::uint64_t> size_of(bus::Connection& connection, const std::string& name) {
    try {
        return connection.status(name).options.size;
    } catch (const bus::Error& error) {
        if (error.errc() == bus::Errc::NoSuchRegion || error.errc() == bus::Errc::AccessDenied)
            return std::nullopt;
        throw;
    }
}

Json json_of(const std::vector<Listed>& listed) {
    auto array = Json::array();
    for (const auto& [region, size] : listed) {
        auto json = to_json(region);
        json["size"] = size ? Json(*size) : Json(nullptr);
        array.push_back(std::move(json));
    }
    return array;
}

std::string text_of(const std::vector<Listed>& listed, Legend legend) {
    Table table{{{"NAME"},
                 {"KIND"},
                 {"TYPE"},
                 {"SIZE", Align::Right},
                 {"PUBLISHERS", Align::Right},
                 {"SUBSCRIBERS", Align::Right},
                 {"MEMORY", Align::Right},
                 {"OWNER"},
                 {"MODE", Align::Right}}};
    for (const auto& [region, size] : listed) {
        table.add({region.name, std::string{word(region.kind)}, region.type,
                   size ? format_size(*size) : "", fmt::format("{}", region.publishers),
                   fmt::format("{}", region.subscribers), format_size(region.bytes),
                   user_name(region.owner), fmt::format("{:04o}", region.mode)});
    }
    if (legend == Legend::Hidden) return table.text(legend);
    if (listed.empty()) return "No regions.\n";
    return fmt::format("{}\n{} listed.\n", table.text(legend), counted(listed.size(), "region"));
}

class List final : public Verb {
public:
    void declare(CLI::App&) override {}

    int run(const Globals& globals) override {
        auto connection = globals.connect();
        std::vector<Listed> listed;
        for (auto& region : connection.regions()) {
            const auto size = size_of(connection, region.name);
            listed.push_back({std::move(region), size});
        }
        if (globals.json() != JsonStyle::Off)
            globals.show_json(json_of(listed));
        else
            globals.show(text_of(listed, globals.legend()));
        return 0;
    }
};

}  // namespace

std::unique_ptr<Verb> make_list() { return std::make_unique<List>(); }

}  // namespace ctl
