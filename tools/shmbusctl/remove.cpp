#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Remove final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", names_, "Regions to remove")->required()->type_name("");
    }

    // One that cannot be removed does not spare the others.
    int run(const Globals& globals) override {
        auto connection = globals.connect();
        int result = 0;
        for (const auto& name : names_) {
            try {
                connection.remove(name);
            } catch (const bus::Error& error) {
                complain(error.what());
                result = 1;
            }
        }
        return result;
    }

private:
    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Verb> make_remove() { return std::make_unique<Remove>(); }

}  // namespace ctl
