#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "accounts.hpp"
#include "failure.hpp"
#include "globals.hpp"
#include "quantity.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

std::string count_text(std::uint64_t used, std::uint64_t limit) {
    return limit == bus::unlimited ? fmt::format("{}/-", used) : fmt::format("{}/{}", used, limit);
}

std::string size_text(std::uint64_t used, std::uint64_t limit) {
    return fmt::format("{}/{}", format_size(used),
                       limit == bus::unlimited ? "-" : format_size(limit));
}

std::string text_of(const std::vector<bus::Quota>& quotas, Legend legend) {
    Table table{{{"USER"},
                 {"REGIONS", Align::Right},
                 {"ATTACHMENTS", Align::Right},
                 {"BYTES", Align::Right}}};
    for (const auto& [user, used, limits] : quotas)
        table.add({user_name(user), count_text(used.regions, limits.regions),
                   count_text(used.attachments, limits.attachments),
                   size_text(used.bytes, limits.bytes)});
    if (legend == Legend::Hidden) return table.text(legend);
    if (quotas.empty()) return "No user has anything.\n";
    return fmt::format("{}\n{} listed.\n", table.text(legend), counted(quotas.size(), "user"));
}

class Quota final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("USER", user_, "The user; without it, all that you may see")->type_name("");
    }

    int run(const Globals& globals) override {
        auto quotas = globals.connect().quotas();
        if (!user_.empty()) choose(quotas);
        if (globals.json() != JsonStyle::Off)
            globals.show_json(json_of(quotas));
        else
            globals.show(text_of(quotas, globals.legend()));
        return 0;
    }

private:
    void choose(std::vector<bus::Quota>& quotas) const {
        const auto number = user_number(user_);
        std::erase_if(quotas,
                      [&](const auto& quota) { return fmt::format("{}", quota.user) != number; });
        if (quotas.empty()) throw Failure{user_, "this user has nothing, or is not yours to see"};
    }

    static Json json_of(const std::vector<bus::Quota>& quotas) {
        auto array = Json::array();
        for (const auto& quota : quotas) array.push_back(to_json(quota));
        return array;
    }

    std::string user_;
};

}  // namespace

std::unique_ptr<Verb> make_quota() { return std::make_unique<Quota>(); }

}  // namespace ctl
