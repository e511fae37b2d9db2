#include <algorithm>
#include <ctime>

#include <bus/error.hpp>
#include <bus/publisher.hpp>

#include "base/fence.hpp"
#include "shm/copy.hpp"
#include "src/publisher_core.hpp"
#include "src/waiting.hpp"

namespace bus {
namespace {

constexpr std::chrono::milliseconds retry_pause{10};

abi::Sleep& sleep_of(std::byte* segment) noexcept {
    return reinterpret_cast<abi::PublisherHeader*>(segment)->sleep;
}

std::uint64_t monotonic_now() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

PublisherCore::PublisherCore(const Connection& connection, std::string_view name,
                             std::string_view type, std::size_t size,
                             const PublisherOptions& options)
    : membership_{connection, name, {Role::Publisher, type, size, options.waker}},
      ring_{membership_.segment(), membership_.geometry(), membership_.id()},
      end_{ring_.end()},
      max_size_{membership_.geometry().size},
      clock_{options.clock},
      event_driven_{options.waker == Waker::EventFd},
      sleeper_{sleep_of(membership_.segment()), membership_.geometry().fence},
      spin_{options.spin} {
    views_.reserve(membership_.geometry().following);
    peers_.reserve(membership_.geometry().following);
    epochs_.reserve(membership_.geometry().following);
    end_.change = &membership_.roster().change_word();
    end_.seen = membership_.roster().change() - 1;
    if (clock_ == Clock::None && membership_.geometry().fence == Fence::Asymmetric)
        end_.full = max_size_;
    meet();
}

// Brings views_ up to the roster. Whoever was active before this publisher is owed everything from
// its first sample; whoever came later has said in its lane where it starts, or will.
void PublisherCore::meet() noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (ended_ || (!complete_ && now < retry_at_)) return;
    const auto& roster = membership_.roster();
    const auto change = roster.change();
    if (roster.removed()) {
        ended_ = true;
        complete_ = false;
        end_.seen = change - 1;  // every call comes by here, and finds that it has ended
        return;
    }
    try {
        std::vector<std::unique_ptr<Peer>> peers;
        std::vector<shm::SubscriberView> views;
        peers.reserve(membership_.geometry().following);
        views.reserve(membership_.geometry().following);
        bool complete = true;
        for (auto entry = roster.leading_entries(); entry < roster.entries(); ++entry) {
            const auto word = roster.entry(entry);
            if (word.role == abi::EntryRole::Subscriber && word.state == abi::EntryState::Active)
                complete = meet_one(word.id, peers, views) && complete;
        }
        peers_.swap(peers);
        views_.swap(views);
        epochs_.clear();
        for (const auto& view : views_) epochs_.push_back(view.epoch);
        end_.epochs = epochs_.data();
        end_.epochs_end = epochs_.data() + epochs_.size();
        complete_ = complete;
    } catch (const std::bad_alloc&) {
        complete_ = false;
    }
    if (complete_) {
        end_.seen = change;
        arrived_ = true;
    } else {
        retry_at_ = now + retry_pause;
    }
}

// False when the subscriber is there and its segment cannot be opened now.
bool PublisherCore::meet_one(std::uint64_t id, std::vector<std::unique_ptr<Peer>>& peers,
                             std::vector<shm::SubscriberView>& views) noexcept {
    const auto known = std::ranges::find(views_, id, &shm::SubscriberView::id);
    if (known != views_.end()) {
        views.push_back(*known);
        peers.push_back(std::move(peers_[static_cast<std::size_t>(known - views_.begin())]));
        return true;
    }
    // nothrow: peers that were moved already must not be lost to an exception
    std::unique_ptr<Peer> peer{new (std::nothrow) Peer{}};
    if (!peer) return false;
    peer->id = id;
    const auto& geometry = membership_.geometry();
    const auto opened = membership_.open_peer(id, geometry.subscriber_bytes(), peer->segment);
    if (opened != Membership::Opened::Yes) return opened == Membership::Opened::Gone;
    const auto* segment = peer->segment.mapping.data();
    const auto* header = reinterpret_cast<const abi::SubscriberHeader*>(segment);
    const auto own_entry = membership_.entry();
    const auto* lane = segment + sizeof(abi::SubscriberHeader) + own_entry * geometry.lane_bytes();
    views.push_back({.lane = reinterpret_cast<const abi::LaneHead*>(lane),
                     .holds = reinterpret_cast<const abi::Word*>(lane + sizeof(abi::LaneHead)),
                     .epoch = &abi::sleep_of(*header, id).epoch,
                     .waker = &peer->segment.waker,
                     .id = id,
                     .needed = arrived_ ? std::uint64_t{0} : std::uint64_t{1},
                     .posted = 0});
    peers.push_back(std::move(peer));
    return true;
}

// The usual case is PublisherEnd's; this is for any.
void PublisherCore::publish(std::byte* payload, std::size_t size) noexcept {
    const auto bytes = static_cast<std::uint32_t>(std::min(size, max_size_));
    const auto time = clock_ == Clock::None ? 0 : monotonic_now();
    ring_.publish(payload, ring_.sequence_at(payload), bytes, time);
    base::light_fence(ring_.fence());
    wake_if_any();
}

void PublisherCore::wake_subscribers() noexcept {
    for (auto& view : current()) view.wake();
}

void PublisherCore::give_back(std::byte* payload) noexcept {
    ring_.give_back(payload, ring_.sequence_at(payload));
    base::light_fence(ring_.fence());
    wake_if_any();
}

Outcome PublisherCore::publish(std::span<const std::byte> payload,
                               std::chrono::nanoseconds timeout) noexcept {
    if (payload.size() > max_size_) return Outcome::TooLarge;
    auto* lent = end_.lend();
    if (lent == nullptr) lent = lend(timeout);
    if (lent == nullptr) return ended_ ? Outcome::Ended : Outcome::Full;
    shm::copy_in(lent, payload.data(), payload.size());
    if (end_.publish(lent, payload.size()))
        wake_if_any();
    else
        publish(lent, payload.size());
    return Outcome::Published;
}

std::byte* PublisherCore::try_lend() noexcept {
    if (membership_.roster().change() != end_.seen && !meet_again()) return nullptr;
    auto* payload = ring_.claim(*this).payload;
    return payload == nullptr ? lend_after_stall() : payload;
}

// No room: says so to the statistics and the daemon, and arms the descriptor of an event loop.
std::byte* PublisherCore::lend_after_stall() noexcept {
    if (ended_) return nullptr;
    note_stall();
    if (!event_driven_) return nullptr;
    sleeper_.get_up();
    membership_.waker().drain();
    sleeper_.lie_down();
    auto* payload = ring_.claim(*this).payload;
    if (payload != nullptr) sleeper_.get_up();
    return payload;
}

// Off the hot path: there was no room just now, or the last time, or the roster moved.
std::byte* PublisherCore::lend(std::chrono::nanoseconds timeout) noexcept {
    if (auto* lent = try_lend(); lent != nullptr) return lent;
    const auto deadline = deadline_after(timeout);
    const auto roomy = [this]() noexcept { return ended_ || ring_.has_room(*this); };
    const auto slots = membership_.geometry().slots;
    bool room = spin_.count() > 0 ? spin_seldom(deadline, spin_, slots, roomy) : roomy();
    while (!room && std::chrono::steady_clock::now() < deadline) room = sleep_for_room(deadline);
    return room && !ended_ ? try_lend() : nullptr;
}

bool PublisherCore::sleep_for_room(SteadyTime deadline) noexcept {
    lie_down(sleeper_, membership_.waker());
    if (!ended_ && !ring_.has_room(*this)) {
        const auto now = std::chrono::steady_clock::now();
        const auto until = std::min({deadline, now + longest_sleep, report_at_});
        membership_.waker().wait_for(std::max(until - now, SteadyTime::duration{0}));
        note_stall();
    }
    sleeper_.get_up();
    return ended_ || ring_.has_room(*this);
}

// Counts a stall when it begins, and names the slowest subscriber to the daemon: once the stall has
// lasted a little, and again when it has lasted for the region's patience after that. The daemon
// looks for itself at both times.
void PublisherCore::note_stall() noexcept {
    const std::chrono::nanoseconds patience{membership_.geometry().patience};
    const auto now = std::chrono::steady_clock::now();
    const auto next = ring_.next();
    if (stalled_next_ != next) {
        stalled_next_ = next;
        report_at_ = patience.count() == 0 ? SteadyTime::max() : now + patience / 8;
        ring_.count_stall();
    }
    if (now < report_at_ || views_.empty()) return;
    report_at_ = now + patience;
    const auto slowest = std::ranges::min_element(
        views_, {}, [&](auto& view) { return view.look(membership_.id(), next); });
    static_cast<void>(membership_.report_stall(slowest->id));  // an eviction shows in the roster
}

int PublisherCore::fd() const noexcept { return membership_.waker_fd(); }

State PublisherCore::state() noexcept {
    current();
    return ended_ ? State::Removed : State::Active;
}

// Those that have said from where on they take: what is published from now on reaches them.
std::size_t PublisherCore::subscribers() noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(current(), [&](const auto& view) {
        return view.lane->publisher.load(std::memory_order_acquire) == membership_.id();
    }));
}

void BytesLoan::give_back(PublisherCore* core, std::byte* data) noexcept { core->give_back(data); }
std::size_t BytesLoan::capacity() const noexcept { return core_->max_size(); }

BytesPublisher::BytesPublisher(const Connection& connection, std::string_view name,
                               const PublisherOptions& options)
    : BytesPublisher{connection, name, nullptr, {}, 0, options} {}

BytesPublisher::BytesPublisher(const Connection& connection, std::string_view name,
                               const TopicOptions& topic, const PublisherOptions& options)
    : BytesPublisher{connection, name, &topic, topic.type, 0, options} {}

BytesPublisher::BytesPublisher(const Connection& connection, std::string_view name,
                               const TopicOptions* topic, std::string_view type, std::size_t size,
                               const PublisherOptions& options) {
    Connection own{connection};
    if (topic != nullptr && !own.contains(name)) try {
            own.create_topic(name, *topic);
        } catch (const Error& error) {
            if (error.errc() != Errc::RegionExists) throw;  // another was quicker
        }
    core_ = std::make_unique<PublisherCore>(connection, name, type, size, options);
    end_ = &core_->end();
}

BytesPublisher::BytesPublisher(BytesPublisher&&) noexcept = default;
BytesPublisher& BytesPublisher::operator=(BytesPublisher&&) noexcept = default;
BytesPublisher::~BytesPublisher() = default;

std::byte* BytesPublisher::try_lend() noexcept { return core_->try_lend(); }
std::byte* BytesPublisher::lend(std::chrono::nanoseconds timeout) noexcept {
    return core_->lend(timeout);
}
void BytesPublisher::hand_over(std::byte* data, std::size_t size) noexcept {
    core_->publish(data, size);
}
void BytesPublisher::wake() noexcept { core_->wake_subscribers(); }
Outcome BytesPublisher::publish(std::span<const std::byte> payload,
                                std::chrono::nanoseconds timeout) noexcept {
    return core_->publish(payload, timeout);
}
int BytesPublisher::fd() const noexcept { return core_->fd(); }
State BytesPublisher::state() noexcept { return core_->state(); }
std::size_t BytesPublisher::subscribers() noexcept { return core_->subscribers(); }
std::size_t BytesPublisher::max_size() const noexcept { return core_->max_size(); }
std::uint64_t BytesPublisher::id() const noexcept { return core_->id(); }

}  // namespace bus
