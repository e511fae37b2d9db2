// A daemon without its bus: a registry, what it announces, and clients that do in this process what
// libbus does in theirs.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include <bus/error.hpp>
#include <bus/region.hpp>

#include "abi/layout.hpp"
#include "base/mapping.hpp"
#include "base/semaphore.hpp"
#include "daemon/registry.hpp"
#include "daemon/semaphore_tag.hpp"
#include "shm/peers.hpp"
#include "shm/ring_reader.hpp"
#include "shm/ring_writer.hpp"
#include "shm/roster.hpp"

namespace shmbusd {

[[nodiscard]] inline Credentials user(uid_t uid, std::string peer = ":1.1") {
    return {.peer = std::move(peer), .pid = 4321, .uid = uid, .groups = {uid}};
}

// The code and the text that a call is refused with.
struct Refusal {
    std::optional<bus::Errc> code;
    std::string text;
};
[[nodiscard]] inline Refusal refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const bus::Error& error) {
        return {error.errc(), error.what()};
    }
    return {};
}

class TestRegistry {
public:
    explicit TestRegistry(const Limits& limits = {}, Store* store = nullptr)
        : registry{
              Rules{.limits = limits},
              {.tag = tag_.text(), .bus_id = std::string(32, 'b'), .store = store},
              [this](const bus::Event& event, const Credentials&) { events.push_back(event); }} {}
    TestRegistry(const TestRegistry&) = delete;
    TestRegistry& operator=(const TestRegistry&) = delete;

    // A topic of user 1000 that everyone may join.
    Region& create(const std::string& name, const bus::abi::Shape& shape = small(),
                   mode_t mode = 0666) {
        return registry.create(name, shape, {.mode = mode}, user(1000));
    }
    [[nodiscard]] static bus::abi::Shape small() {
        bus::abi::Shape options;
        options.size = 8;
        options.slots = 4;
        options.leading = 2;
        options.following = 2;
        options.fence = bus::Fence::Full;
        return options;
    }
    // What was announced since the last call, as words: "attached 1 died 2".
    std::string announced() {
        static constexpr const char* words[] = {"added",    "removed", "attached",
                                                "detached", "died",    "evicted"};
        std::string text;
        for (const auto& event : std::exchange(events, {})) {
            if (!text.empty()) text += ' ';
            text += words[static_cast<int>(event.what)];
            text += ' ' + std::to_string(event.attachment);
        }
        return text;
    }
    // Names in /dev/shm that are this registry's.
    [[nodiscard]] std::vector<std::string> semaphores() const {
        return bus::base::list_semaphores("/shmbus-" + tag_.text() + "-");
    }

private:
    // Held, so that no daemon that starts meanwhile takes the names for leftovers.
    SemaphoreTag tag_{"u" + std::to_string(::getpid()) + "x" + std::to_string(++count_)};
    inline static int count_ = 0;

public:
    std::vector<bus::Event> events;
    Registry registry;
};

// The roster as a client reads it.
class TestRoster {
public:
    explicit TestRoster(const Region& region)
        : mapping_{region.roster(), region.geometry().roster_bytes(), bus::base::Access::ReadOnly,
                   bus::base::Populate::Lazily, region.name()},
          reader{mapping_.data(), region.geometry()} {}
    // "2 publisher active", or "free".
    [[nodiscard]] std::string entry(std::uint32_t index) const {
        static constexpr const char* states[] = {"free",     "attached", "active",
                                                 "departed", "evicted",  "standby"};
        static constexpr const char* roles[] = {"none",   "publisher", "subscriber", "server",
                                                "client", "writer",    "reader"};
        const auto word = reader.entry(index);
        if (word == bus::abi::EntryWord{}) return "free";
        return std::to_string(word.id) + ' ' + roles[static_cast<int>(word.role)] + ' ' +
               states[static_cast<int>(word.state)];
    }

private:
    bus::base::Mapping mapping_;

public:
    bus::shm::RosterReader reader;
};

// A client's side of one attachment, mapped as a client maps it: writable, before it activates.
class Member {
public:
    Member(Region& region, bus::Role role, Credentials who, WakerKind waker = WakerKind::Semaphore)
        : region_{region}, who_{std::move(who)} {
        JoinRequest request;
        request.role = role;
        request.waker = waker;
        attachment = &region.attach(request, who_);
        id = attachment->id();
        mapping =
            bus::base::Mapping{attachment->segment(), region.bytes_of(role),
                               bus::base::Access::ReadWrite, bus::base::Populate::Lazily, "member"};
        region.activate(id, who_.peer);
    }
    void detach() { region_.detach(id, who_.peer); }
    void die() { region_.client_gone(who_.peer); }
    [[nodiscard]] const Credentials& who() const { return who_; }

    bus::base::Mapping mapping;
    std::uint64_t id = 0;
    const Attachment* attachment = nullptr;  // gone with the attachment

private:
    Region& region_;
    Credentials who_;
};

// A publisher that knows of no subscriber but those it is told of.
class TestPublisher final : public Member, private bus::shm::Peers {
public:
    explicit TestPublisher(Region& region, std::string peer = ":1.1")
        : Member{region, bus::Role::Publisher, user(1000, std::move(peer))},
          geometry_{region.geometry()},
          ring_{mapping.data(), geometry_, id},
          entry_{attachment->entry()} {}
    void meet(const Member& subscriber) {
        const auto* lane = subscriber.mapping.data() + sizeof(bus::abi::SubscriberHeader) +
                           entry_ * geometry_.lane_bytes();
        bus::shm::SubscriberView view;
        view.lane = reinterpret_cast<const bus::abi::LaneHead*>(lane);
        view.holds = reinterpret_cast<const bus::abi::Word*>(lane + sizeof(bus::abi::LaneHead));
        view.id = subscriber.id;
        view.needed = 1;
        views_.push_back(view);
    }
    bool publish() {
        const auto claim = ring_.claim(*this);
        if (claim.sequence == 0) return false;
        ring_.publish(claim.payload, claim.sequence, 8, 0);
        return true;
    }
    void publish_all() {
        while (publish()) {
        }
    }
    [[nodiscard]] bus::abi::PublisherHeader& header() {
        return *reinterpret_cast<bus::abi::PublisherHeader*>(mapping.data());
    }
    [[nodiscard]] bus::abi::SlotHeader& slot(std::uint64_t sequence) {
        return *reinterpret_cast<bus::abi::SlotHeader*>(
            mapping.data() + geometry_.payload_offset(sequence) - sizeof(bus::abi::SlotHeader));
    }

private:
    std::span<bus::shm::SubscriberView> current() noexcept override { return views_; }
    [[nodiscard]] bool complete() const noexcept override { return true; }

    bus::abi::Geometry geometry_;
    bus::shm::RingWriter ring_;
    std::vector<bus::shm::SubscriberView> views_;
    std::uint32_t entry_;
};

class TestSubscriber final : public Member {
public:
    explicit TestSubscriber(Region& region, std::string peer = ":1.2",
                            WakerKind waker = WakerKind::Semaphore)
        : Member{region, bus::Role::Subscriber, user(1000, std::move(peer)), waker},
          geometry_{region.geometry()} {}
    // Takes from this publisher from now on, as one that was there before it.
    void bind(const TestPublisher& publisher) {
        entry_ = publisher.attachment->entry();
        ring_.emplace(publisher.mapping.data(), lane_place(), geometry_, publisher.id);
        ring_->bind(bus::shm::RingReader::Start::First);
    }
    // Takes and releases one sample.
    bool take() {
        const auto taken = ring_->take();
        if (taken.payload != nullptr) ring_->release(taken.hold);
        return taken.payload != nullptr;
    }
    // Takes one sample and keeps it.
    bool hold() { return ring_->take().payload != nullptr; }
    void take_all() {
        while (take()) {
        }
    }
    [[nodiscard]] bus::abi::LaneHead& lane() {
        return *reinterpret_cast<bus::abi::LaneHead*>(lane_place());
    }
    [[nodiscard]] bus::abi::SubscriberHeader& header() {
        return *reinterpret_cast<bus::abi::SubscriberHeader*>(mapping.data());
    }
    [[nodiscard]] bus::abi::Sleep& sleep() { return bus::abi::sleep_of(header(), id); }

private:
    [[nodiscard]] std::byte* lane_place() {
        return mapping.data() + sizeof(bus::abi::SubscriberHeader) +
               entry_ * geometry_.lane_bytes();
    }
    bus::abi::Geometry geometry_;
    std::uint32_t entry_ = 0;
    std::optional<bus::shm::RingReader> ring_;
};

}  // namespace shmbusd
