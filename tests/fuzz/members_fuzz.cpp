// The daemon's own looks at its clients' segments, of a topic and of a raw region, whose owners
// write anything into them at any moment: it counts, judges stalls, and lets members go.
#include <chrono>
#include <memory>
#include <vector>

#include "abi/roles.hpp"
#include "flips.hpp"
#include "script.hpp"
#include "unit/daemon/registry_fixture.hpp"
#include "unit/evil.hpp"
#include "verdict.hpp"

namespace {

using bus::Role;
using shmbusd::Member;

class Scene {
public:
    Scene(shmbusd::Region& region, fuzz::Script& script)
        : region_{region}, script_{script}, flips_{script.split()} {
        for (const auto role :
             {bus::abi::leading_role(region.kind()), bus::abi::following_role(region.kind())})
            for (int i = 0; i < (role == Role::Server ? 1 : 2); ++i) join(role);
    }
    void act() {
        switch (script_.choose(8)) {
            case 0:
                return inspect();
            case 1:
                return report_stall();
            case 2:
                return leave();
            case 3:
                region_.resume();
                return;
            default:
                return scribble();
        }
    }

private:
    void join(Role role) {
        const auto peer = ":1." + std::to_string(++last_peer_);
        auto member = std::make_unique<Member>(region_, role, shmbusd::user(1000, peer),
                                               shmbusd::WakerKind::EventFd);
        flips_.watch(
            {member->attachment->memory(), member->mapping.data(), member->mapping.size()});
        members_.push_back(std::move(member));
    }
    Member* one() {
        if (members_.empty()) return nullptr;
        return members_[script_.choose(members_.size())].get();
    }
    void scribble() {
        auto* member = one();
        if (member == nullptr) return;
        auto* words = reinterpret_cast<std::uint64_t*>(member->mapping.data());
        words[script_.number<std::uint16_t>() % (member->mapping.size() / sizeof *words)] =
            bus::evil(script_, member->id);
    }
    void inspect() {
        const auto rows = region_.statistics();
        fuzz::require(rows.size() == region_.attachments(),
                      "an attachment is not in the statistics");
        static_cast<void>(region_.info());
    }
    void report_stall() {
        const auto *accuser = one(), *accused = one();
        if (accuser == nullptr) return;
        now_ += std::chrono::milliseconds{script_.number<std::uint8_t>()};
        try {
            static_cast<void>(
                region_.report_stall(accuser->id, accused->id, accuser->who().peer, now_));
        } catch (const bus::Error&) {  // not a publisher and a subscriber
        }
    }
    // The flips go on to write what is its own to write; who looks at it no more does not see.
    void leave() {
        if (members_.size() < 2) return;
        const auto which = script_.choose(members_.size());
        if (script_.choose(2) == 0)
            members_[which]->die();
        else
            members_[which]->detach();
        gone_.push_back(std::move(members_[which]));
        members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(which));
    }

    shmbusd::Region& region_;
    fuzz::Script& script_;
    fuzz::Flips flips_;
    std::vector<std::unique_ptr<Member>> members_;
    std::vector<std::unique_ptr<Member>> gone_;
    shmbusd::Time now_{};
    int last_peer_ = 0;
};

bus::abi::Shape shape_from(fuzz::Script& script) {
    auto shape = shmbusd::TestRegistry::small();
    switch (script.choose(4)) {
        case 0:
            shape.overflow = bus::Overflow::Overwrite;
            break;
        case 1:
            shape.patience = std::chrono::milliseconds{1};
            break;
        case 2:
            shape.kind = bus::Kind::Service;
            shape.leading = 1;
            break;
        default:
            shape = {.kind = bus::Kind::Raw,
                     .size = 4096,
                     .leading = 2,
                     .following = 2,
                     .fence = bus::Fence::Full};
    }
    return shape;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static shmbusd::TestRegistry registry;
    fuzz::Script script{data, size};
    {
        Scene scene{registry.create("a", shape_from(script)), script};
        while (!script.ended()) scene.act();
    }
    registry.registry.client_gone(":1.1");
    registry.registry.remove("a");
    registry.events.clear();
    return 0;
}
