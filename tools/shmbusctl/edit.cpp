#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bus/raw.hpp>

#include "draft.hpp"
#include "failure.hpp"
#include "globals.hpp"
#include "raw_span.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Edit final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "The raw region")->required()->type_name("");
        span_.declare_offset(app);
        span_.declare_length(app);
        app.add_flag("--zeros", zeros_,
                     "Edit the zeros at the end too (they are left out, and filled in again)");
    }

    // Nobody is kept waiting for an editor: the lock is had for a copy, and again to write.
    int run(const Globals& globals) override {
        bus::Region region{globals.connect(), name_, bus::Role::Writer};
        const auto before = span_.read(region, name_);
        const auto shown = zeros_ ? before : without_zeros(before);
        Draft draft{shown};
        draft.edit();
        auto after = draft.bytes();
        if (after == shown) {
            if (!globals.quiet()) complain(name_ + ": nothing was changed");
            return 0;
        }
        if (after.size() > before.size()) refuse_long(draft, after.size(), before.size());
        after.resize(before.size());
        if (!put(region, before, after)) refuse_changed(draft);
        region.notify();
        return 0;
    }

private:
    static std::vector<std::byte> without_zeros(std::vector<std::byte> bytes) {
        while (!bytes.empty() && bytes.back() == std::byte{0}) bytes.pop_back();
        return bytes;
    }
    // False when somebody else has changed these bytes meanwhile.
    bool put(bus::Region& region, const std::vector<std::byte>& before,
             const std::vector<std::byte>& after) const {
        const auto lock = lock_of(region, name_);
        const auto part = region.writable_bytes().subspan(span_.offset(), before.size());
        if (!std::ranges::equal(part, before)) return false;
        std::ranges::copy(after, part.begin());
        return true;
    }
    [[noreturn]] void refuse_long(Draft& draft, std::size_t size, std::size_t room) const {
        throw Failure{name_, fmt::format("{} bytes are more than the {} from {} on; what was "
                                         "written is in {}",
                                         size, room, span_.offset(), draft.keep())};
    }
    [[noreturn]] void refuse_changed(Draft& draft) const {
        throw Failure{name_, fmt::format("somebody else changed it meanwhile; what was written is "
                                         "in {}",
                                         draft.keep())};
    }

    std::string name_;
    RawSpan span_;
    bool zeros_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_edit() { return std::make_unique<Edit>(); }

}  // namespace ctl
