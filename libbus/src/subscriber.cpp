#include <algorithm>
#include <new>
#include <utility>

#include <bus/subscriber.hpp>

#include "base/fence.hpp"
#include "src/subscriber_core.hpp"

namespace bus {
namespace {

constexpr std::chrono::milliseconds retry_pause{10};

}  // namespace

SubscriberCore::SubscriberCore(const Connection& connection, std::string_view name,
                               std::string_view type, std::size_t size,
                               const SubscriberOptions& options)
    : membership_{connection, name, {Role::Subscriber, type, size, options.waker}},
      event_driven_{options.waker == Waker::EventFd},
      lossless_{membership_.geometry().overflow == Overflow::Block},
      lanes_(membership_.geometry().lanes()),
      sleeper_{abi::sleep_of(*reinterpret_cast<abi::SubscriberHeader*>(membership_.segment()),
                             membership_.id()),
               membership_.geometry().fence},
      spin_{options.spin} {
    polled_.reserve(lanes_.size());
    end_.change = &membership_.roster().change_word();
    end_.looks = spin_ > std::chrono::nanoseconds{0} && !event_driven_ ? first_looks : 0;
    end_.seen = membership_.roster().change() - 1;
    end_.owner = this;
    meet();
    arrived_ = true;
}

std::byte* SubscriberCore::own_lane(std::uint32_t entry) const noexcept {
    return membership_.segment() + sizeof(abi::SubscriberHeader) +
           entry * membership_.geometry().lane_bytes();
}

// Brings the lanes up to the roster. A publisher that was there before this subscriber is read from
// what its history keeps, one that came later from its first sample.
void SubscriberCore::meet() noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (now < retry_at_) return;
    const auto& roster = membership_.roster();
    const auto change = roster.change();
    if (roster.entry(membership_.entry()).state == abi::EntryState::Evicted)
        state_ = State::Evicted;
    if (roster.removed()) state_ = State::Removed;
    bool complete = true;
    for (std::uint32_t entry = 0; entry < roster.leading_entries(); ++entry)
        complete = meet_one(entry, roster.entry(entry)) && complete;
    complete = drop_drained() && complete;
    rebuild_polled();
    if (complete) {
        end_.seen = change;
        retry_at_ = {};
    } else {
        retry_at_ = now + retry_pause;
    }
}

// False when the entry must be looked at again later.
bool SubscriberCore::meet_one(std::uint32_t entry, abi::EntryWord word) noexcept {
    auto& lane = lanes_[entry];
    const bool there =
        word.role == abi::EntryRole::Publisher &&
        (word.state == abi::EntryState::Active || word.state == abi::EntryState::Departed);
    if (lane &&
        (!there || lane->reader.publisher() != word.id || word.state == abi::EntryState::Departed))
        lane->departed = true;
    if (!there || (lane && lane->reader.publisher() == word.id)) return true;
    if (lane) {  // the entry has a new publisher: the old one's lane must go first
        if (lane->reader.holding()) return false;
        lane.reset();
    }
    PeerSegment peer;
    const auto& geometry = membership_.geometry();
    const auto opened = membership_.open_peer(word.id, geometry.publisher_bytes(), peer);
    if (opened != Membership::Opened::Yes) return opened == Membership::Opened::Gone;
    lane.reset(new (std::nothrow) Lane{std::move(peer), own_lane(entry), geometry, word.id});
    if (!lane) return false;
    lane->entry = entry;
    lane->place = std::uint64_t{entry} << (32 + hold_bits);
    lane->reader.end().size_and_place = lane->place | geometry.size;
    lane->departed = word.state == abi::EntryState::Departed;
    lane->reader.bind(arrived_ ? shm::RingReader::Start::First : shm::RingReader::Start::History);
    return true;
}

// False while a lane of a departed publisher has to be kept, to be looked at again.
bool SubscriberCore::drop_drained() noexcept {
    bool all = true;
    for (auto& lane : lanes_) {
        if (!lane || !lane->departed) continue;
        if (lane->reader.holding() || !lane->reader.drained()) {
            all = false;
            continue;
        }
        const auto& roster = membership_.roster();
        const auto word = roster.entry(lane->entry);
        // Its entry stands while late subscribers may want it; then this lane stays to say
        // "drained".
        if (word.id == lane->reader.publisher()) continue;
        lane.reset();
    }
    return all;
}

void SubscriberCore::rebuild_polled() noexcept {
    polled_.clear();
    turn_ = 0;
    end_.lane = nullptr;
    if (state_ == State::Evicted) return;  // nobody spares our samples any more
    for (const auto& lane : lanes_)
        if (lane && !(lane->departed && lane->reader.drained())) polled_.push_back(lane.get());
    // An event loop counts on take() to arm it.
    if (polled_.size() == 1 && !event_driven_) end_.lane = &polled_.front()->reader.end();
}

void SubscriberCore::post(Lane& lane, std::uint64_t epoch) noexcept {
    if (epoch == lane.posted) return;
    lane.posted = epoch;
    lane.segment.waker.post();
}

bool SubscriberCore::ready() noexcept {
    if (membership_.roster().change() != end_.seen) [[unlikely]]
        meet();
    return std::ranges::any_of(polled_, [](const Lane* lane) { return lane->reader.ready(); });
}

// Nothing was there: lies down so that the next sample makes the descriptor readable, and looks
// again.
template <class Take>
BytesSample::Lent SubscriberCore::arm(Take take) noexcept {
    sleeper_.get_up();
    membership_.waker().drain();
    sleeper_.lie_down();
    retry_at_ = {};  // nobody looks again before the next wake, so this look is a full one
    if (membership_.roster().change() != end_.seen) meet();
    const auto lent = poll(take);
    if (lent.data != nullptr) sleeper_.get_up();
    return lent;
}

bool SubscriberCore::wait_for(std::chrono::nanoseconds timeout) noexcept {
    const auto over = [this]() noexcept { return ready() || state_ != State::Active; };
    const auto spin = std::min(timeout, spin_);
    bool found = spin_for(spin, over);
    const auto deadline = found ? SteadyTime{} : deadline_after(timeout - spin);
    while (!found && std::chrono::steady_clock::now() < deadline) found = sleep_until(deadline);
    return ready();
}

bool SubscriberCore::sleep_until(SteadyTime deadline) noexcept {
    lie_down(sleeper_, membership_.waker());
    retry_at_ = {};  // as in arm()
    if (!ready() && state_ == State::Active) {
        const auto left = deadline - std::chrono::steady_clock::now();
        membership_.waker().wait_for(std::min<std::chrono::nanoseconds>(left, longest_sleep));
    }
    sleeper_.get_up();
    return ready() || state_ != State::Active;
}

State SubscriberCore::state() noexcept {
    if (membership_.roster().change() != end_.seen) meet();
    return state_;
}

std::uint64_t SubscriberCore::missed() const noexcept {
    std::uint64_t missed = 0;
    for (std::uint32_t entry = 0; entry < lanes_.size(); ++entry)
        missed += reinterpret_cast<const abi::LaneHead*>(own_lane(entry))
                      ->missed.load(std::memory_order_relaxed);  // relaxed: own store
    return missed;
}

std::size_t SubscriberCore::publishers() const noexcept {
    return membership_.roster().count_active(abi::EntryRole::Publisher);
}

void BytesSample::release(SubscriberEnd* end, std::uint32_t place) noexcept {
    end->owner->release(place);
}
void BytesSample::wake_publisher(SubscriberEnd* end, std::uint32_t place) noexcept {
    end->owner->wake_publisher_at(place);
}
std::uint64_t BytesSample::time() const noexcept { return shm::RingReader::time_of(data_); }
std::uint64_t BytesSample::publisher() const noexcept { return end_->owner->publisher_at(place()); }
std::uint64_t BytesSample::sequence() const noexcept { return end_->owner->sequence_at(place()); }

BytesSubscriber::BytesSubscriber(const Connection& connection, std::string_view name,
                                 const SubscriberOptions& options)
    : BytesSubscriber{connection, name, {}, 0, options} {}

BytesSubscriber::BytesSubscriber(const Connection& connection, std::string_view name,
                                 std::string_view type, std::size_t size,
                                 const SubscriberOptions& options)
    : core_{std::make_unique<SubscriberCore>(connection, name, type, size, options)},
      end_{&core_->end()} {}

BytesSubscriber::BytesSubscriber(BytesSubscriber&&) noexcept = default;
BytesSubscriber& BytesSubscriber::operator=(BytesSubscriber&&) noexcept = default;
BytesSubscriber::~BytesSubscriber() = default;

BytesSample::Lent BytesSubscriber::lend_next() noexcept { return core_->take(); }
BytesSample::Lent BytesSubscriber::lend_latest() noexcept { return core_->latest(); }
bool BytesSubscriber::wait_longer(std::chrono::nanoseconds timeout) noexcept {
    return core_->wait_for(timeout);
}
int BytesSubscriber::fd() const noexcept { return core_->fd(); }
State BytesSubscriber::state() noexcept { return core_->state(); }
std::uint64_t BytesSubscriber::missed() const noexcept { return core_->missed(); }
std::size_t BytesSubscriber::publishers() noexcept { return core_->publishers(); }
std::size_t BytesSubscriber::max_size() const noexcept { return core_->max_size(); }
std::uint64_t BytesSubscriber::id() const noexcept { return core_->id(); }

}  // namespace bus
