#include <string>

#include <CLI/CLI.hpp>

#include <bus/raw.hpp>

#include "globals.hpp"
#include "hex_dump.hpp"
#include "raw_span.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Dump final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The raw region")->required()->type_name("");
        app.add_flag("--hex", hex_,
                     "As hexdump -C has it: offset, hexadecimal, text (the default)");
        span_.declare_offset(app);
        span_.declare_length(app);
    }

    int run(const Globals& globals) override {
        bus::Region region{globals.connect(), name_, bus::Role::Reader};
        const auto bytes = span_.read(region, name_);
        if (globals.json() == JsonStyle::Off)
            globals.show(hex_dump(bytes, span_.offset()));
        else
            globals.show_json({{"region", name_},
                               {"generation", region.generation()},
                               {"offset", span_.offset()},
                               {"length", bytes.size()},
                               {"hex", hex_text(bytes)}});
        return 0;
    }

private:
    std::string name_;
    bool hex_ = true;
    RawSpan span_;
};

}  // namespace

std::unique_ptr<Verb> make_dump() { return std::make_unique<Dump>(); }

}  // namespace ctl
