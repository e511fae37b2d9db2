#include <string>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <bus/raw.hpp>

#include "globals.hpp"
#include "output.hpp"
#include "raw_span.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Read final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The raw region")->required()->type_name("");
        span_.declare_offset(app);
        span_.declare_length(app);
    }

    // Nobody is kept waiting for whoever reads this program's output.
    int run(const Globals& globals) override {
        bus::Region region{globals.connect(), name_, bus::Role::Reader};
        Output output{STDOUT_FILENO, [] { return true; }};
        output.put(span_.read(region, name_), Output::Newline::None);
        output.flush();
        return 0;
    }

private:
    std::string name_;
    RawSpan span_;
};

}  // namespace

std::unique_ptr<Verb> make_read() { return std::make_unique<Read>(); }

}  // namespace ctl
