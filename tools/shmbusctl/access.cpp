#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "accounts.hpp"
#include "globals.hpp"
#include "named_arguments.hpp"
#include "quantity.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

// Of one class of the mode: its read and write bits.
std::string rights_of(::mode_t bits) {
    return std::string{to_string(static_cast<bus::Rights>(bits & 06))};
}

std::string text_of(const bus::Access& access, Legend legend) {
    Table table{{{"CLASS"}, {"NAME"}, {"RIGHTS"}}};
    table.add({"owner", user_name(access.owner), rights_of(access.mode >> 6)});
    for (const auto& [uid, rights] : access.users)
        table.add({"user", user_name(uid), std::string{to_string(rights)}});
    table.add({"group", group_name(access.group), rights_of(access.mode >> 3)});
    for (const auto& [gid, rights] : access.groups)
        table.add({"group", group_name(gid), std::string{to_string(rights)}});
    table.add({"others", "", rights_of(access.mode)});
    return table.text(legend);
}

class Access final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("REGION", name_, "The region")->required()->type_name("");
        const auto add = [&](const char* name, const char* value, auto take, const char* meaning) {
            app.add_option_function<std::string>(name, take, meaning)
                ->type_name(value)
                ->group("Change");
        };
        add(
            "--owner", "USER", [this](const std::string& text) { change_.owner = text; },
            "Give the region away; for administrators");
        add(
            "--group", "GROUP", [this](const std::string& text) { change_.group = text; },
            "Whom the mode's group bits are for");
        add(
            "--mode", "OCTAL",
            [this](const std::string& text) { change_.mode = parse_mode("--mode", text); },
            "Read bits to subscribe, write bits to publish");
        named_.declare(app, "Change");
        app.add_flag("--clear", clear_, "Forget all named users and groups first")->group("Change");
    }

    int run(const Globals& globals) override {
        auto connection = globals.connect();
        if (is_change()) {
            connection.set_access(name_, change(connection));
            return 0;
        }
        const auto access = connection.access(name_);
        if (globals.json() != JsonStyle::Off)
            globals.show_json(to_json(access, name_));
        else
            globals.show(text_of(access, globals.legend()));
        return 0;
    }

private:
    [[nodiscard]] bool names() const {
        return clear_ || !named_.users().empty() || !named_.groups().empty();
    }
    [[nodiscard]] bool is_change() const {
        return names() || change_.owner || change_.group || change_.mode;
    }

    // The daemon takes lists as a whole: what is named now, and what is named besides.
    template <class Id>
    static bus::NamedRights merged(const std::map<Id, bus::Rights>& now,
                                   const bus::NamedRights& added,
                                   std::string (*number_of)(const std::string&)) {
        bus::NamedRights all;
        for (const auto& [id, rights] : now) all[fmt::format("{}", id)] = rights;
        for (const auto& [name, rights] : added) all[number_of(name)] = rights;
        return all;
    }

    [[nodiscard]] bus::AccessChange change(bus::Connection& connection) const {
        auto change = change_;
        if (!names()) return change;
        const auto now = clear_ ? bus::Access{} : connection.access(name_);
        change.users = merged(now.users, named_.users(), &user_number);
        change.groups = merged(now.groups, named_.groups(), &group_number);
        return change;
    }

    std::string name_;
    bool clear_ = false;
    bus::AccessChange change_;
    NamedArguments named_;
};

}  // namespace

std::unique_ptr<Verb> make_access() { return std::make_unique<Access>(); }

}  // namespace ctl
