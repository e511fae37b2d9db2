#include <algorithm>
#include <string>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/raw.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "input.hpp"
#include "raw_span.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Write final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The raw region")->required()->type_name("");
        span_.declare_offset(app);
    }

    // All is read before the lock is taken: nobody is kept waiting for this program's input.
    int run(const Globals& globals) override {
        bus::Region region{globals.connect(), name_, bus::Role::Writer};
        const auto room = span_.length_in(name_, region.bytes().size());
        std::vector<std::byte> given(room + 1);  // one more, to see whether there is more
        given.resize(Input{STDIN_FILENO, [] { return true; }}.fill(given));
        if (given.size() > room)
            throw Failure{name_, fmt::format("the input is longer than the {} bytes from {} on",
                                             room, span_.offset())};
        {
            const auto lock = lock_of(region, name_);
            std::ranges::copy(given, region.writable_bytes().subspan(span_.offset()).begin());
        }
        region.notify();
        return 0;
    }

private:
    std::string name_;
    RawSpan span_;
};

}  // namespace

std::unique_ptr<Verb> make_write() { return std::make_unique<Write>(); }

}  // namespace ctl
