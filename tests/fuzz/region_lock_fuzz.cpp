// A raw region's lock and its members' segments, in which other writers and readers write anything.
// An honest member may be kept from the lock; it is never told that it has what it has not asked
// for, and the daemon frees only the lock of the one that has gone.
#include "abi/raw_layout.hpp"
#include "flips.hpp"
#include "script.hpp"
#include "shm/format.hpp"
#include "shm/region_lock.hpp"
#include "unit/evil.hpp"
#include "unit/shm/ring_fixture.hpp"
#include "verdict.hpp"

namespace {

using bus::shm::Memory;
using bus::shm::Obtained;
using fuzz::require;

constexpr std::uint64_t own_id = 3;

class Scene {
public:
    explicit Scene(fuzz::Script& script) : script_{script}, flips_{script.split()} {
        bus::shm::format_lock(lock_.data());
        const bus::abi::Geometry geometry{.kind = bus::Kind::Raw};
        for (auto* member : {&own_, &peer_})
            bus::shm::format_segment(bus::Role::Reader, member->data(), geometry, own_id);
        flips_.set_around(own_id);
        flips_.watch(lock_.data(), lock_.size());
        flips_.watch(peer_.data(), peer_.size());
        view_.header = reinterpret_cast<const bus::abi::RawMemberHeader*>(peer_.data());
        view_.waker = &nobody_;
    }
    void act() {
        switch (script_.choose(8)) {
            case 0:
                return scribble(lock_);
            case 1:
                return scribble(peer_);
            case 2:
                got_ = writer_.try_obtain();
                return;
            case 3:
                return give_back();
            case 4:
                reader_.state();
                if (reader_.look() == bus::shm::ReaderLock::Seen::Held) reader_.leave();
                static_cast<void>(reader_.wanted());
                return;
            case 5:
                return reader_.leave();
            case 6:
                view_.wake_for_lock();
                view_.wake_for_change();
                static_cast<void>(bus::shm::reads(*view_.header));
                static_cast<void>(bus::shm::asleep_in(bus::Role::Reader, peer_.data()));
                return;
            default:
                return abandon();
        }
    }

private:
    void scribble(Memory& memory) {
        auto* words = reinterpret_cast<std::uint64_t*>(memory.data());
        words[script_.choose(256 / sizeof *words)] = bus::evil(script_, own_id);
    }
    void give_back() {
        if (got_ == Obtained::No || script_.choose(2) == 0)
            writer_.release();
        else
            writer_.withdraw(got_);
        got_ = Obtained::No;
    }
    void abandon() {
        const auto id = bus::evil(script_, own_id);
        const bool freed = bus::shm::abandon_lock(lock_.data(), id);
        require(!freed || (id != 0 && (id & bus::abi::abandoned_bit) == 0),
                "nobody's lock is freed");
        static_cast<void>(bus::shm::lock_holder(lock_.data()));
        static_cast<void>(writer_.held());
        static_cast<void>(writer_.is_free());
    }

    Memory lock_{bus::abi::Geometry::page};
    Memory own_{bus::abi::Geometry::page};
    Memory peer_{bus::abi::Geometry::page};
    bus::shm::WriterLock writer_{lock_.data(), own_id};
    bus::shm::ReaderLock reader_{lock_.data(), own_.data()};
    bus::shm::Waker nobody_;
    bus::shm::MemberView view_;
    Obtained got_ = Obtained::No;
    fuzz::Script& script_;
    fuzz::Flips flips_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    Scene scene{script};
    while (!script.ended()) scene.act();
    return 0;
}
