#include <string>

#include <CLI/CLI.hpp>

#include "globals.hpp"
#include "region_arguments.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Create final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "Its name, such as robot.pose")->required()->type_name("");
        arguments_
            .declare_size(
                app,
                "Largest sample, request or response, or all of a raw region; such as 64 or 8M")
            ->required()
            ->group("Region");
        arguments_.declare_all(app);
    }

    int run(const Globals& globals) override {
        arguments_.create(globals.connect(), name_);
        return 0;
    }

private:
    std::string name_;
    RegionArguments arguments_;
};

}  // namespace

std::unique_ptr<Verb> make_create() { return std::make_unique<Create>(); }

}  // namespace ctl
