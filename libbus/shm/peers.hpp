// The subscribers of a topic as one publisher sees them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "shm/waker.hpp"

namespace bus::shm {

// One subscriber's segment, seen from the publisher whose lane in it this is.
struct SubscriberView {
    const abi::LaneHead* lane = nullptr;
    const abi::Word* holds = nullptr;  // geometry.holds of them
    const abi::Word* epoch = nullptr;  // its sleep
    Waker* waker = nullptr;
    std::uint64_t id = 0;      // attachment number
    std::uint64_t needed = 0;  // block: the oldest sequence it still needs; 0: it has not said so
    std::uint64_t posted = 0;  // the epoch it was last woken for

    // Block: the oldest sequence that this subscriber still needs, as far as it has said; `next`
    // when it does not constrain. A peer's cursor only ever counts forwards and never past `next`.
    [[nodiscard]] std::uint64_t look(std::uint64_t publisher, std::uint64_t next) noexcept {
        // acquire: pairs with the release in RingReader::bind() and advance()
        if (lane->publisher.load(std::memory_order_acquire) == publisher)
            needed = std::clamp(lane->cursor.load(std::memory_order_acquire),
                                std::max(needed, std::uint64_t{1}), std::max(next, needed));
        return needed == 0 ? next : needed;
    }

    // Posts if the subscriber sleeps and was not yet woken from this sleep. After light_fence().
    void wake() noexcept {
        const auto now = epoch->load(std::memory_order_relaxed);  // relaxed: see Sleeper
        if ((now & 1) == 0 || now == posted) return;
        posted = now;
        waker->post();
    }
};

// Where a publisher learns who subscribes. The implementation reads the roster's change counter and
// opens newcomers' segments; it may take long when somebody joined, and costs one load when not.
class Peers {
public:
    [[nodiscard]] virtual std::span<SubscriberView> current() noexcept = 0;
    // False while somebody subscribes whose segment could not be opened: then nothing may be
    // reused.
    [[nodiscard]] virtual bool complete() const noexcept = 0;

protected:
    ~Peers() = default;
};

}  // namespace bus::shm
