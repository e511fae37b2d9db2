#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/containers.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "quantity.hpp"
#include "table.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Objects final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The raw region")->required()->type_name("");
    }

    int run(const Globals& globals) override {
        bus::Region region{globals.connect(), name_, bus::Role::Reader};
        const auto objects = bus::Containers{region, name_}.view().objects();
        if (globals.json() != JsonStyle::Off) {
            auto rows = Json::array();
            for (const auto& object : objects) rows.push_back(json_of(object));
            globals.show_json(rows);
            return 0;
        }
        globals.show(text_of(objects, globals.legend()));
        return 0;
    }

private:
    [[nodiscard]] static std::string text_of(const std::vector<bus::SharedObject>& objects,
                                             Legend legend) {
        Table table{{{"NAME"},
                     {"KIND"},
                     {"TYPE"},
                     {"COUNT", Align::Right},
                     {"EACH", Align::Right},
                     {"SIZE", Align::Right}}};
        for (const auto& object : objects)
            table.add({one_line(object.name), std::string{to_string(object.kind)},
                       one_line(object.type), fmt::format("{}", object.count),
                       format_size(object.element), format_size(object.count * object.element)});
        if (legend == Legend::Hidden) return table.text(legend);
        if (objects.empty()) return "No objects.\n";
        return fmt::format("{}\n{} listed.\n", table.text(legend),
                           counted(objects.size(), "object"));
    }
    [[nodiscard]] static Json json_of(const bus::SharedObject& object) {
        return {{"name", object.name},
                {"kind", std::string{to_string(object.kind)}},
                {"type", object.type},
                {"count", object.count},
                {"element", object.element}};
    }

    std::string name_;
};

}  // namespace

std::unique_ptr<Verb> make_objects() { return std::make_unique<Objects>(); }

}  // namespace ctl
