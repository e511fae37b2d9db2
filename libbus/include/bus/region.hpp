// What a region is asked to be, and what can be seen of it from outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <bus/access.hpp>

namespace [[gnu::visibility("default")]] bus {

/// What a region is for.
enum class Kind : std::uint32_t {
    Raw = 1,      ///< bytes that several processes map
    Topic = 2,    ///< publish/subscribe
    Service = 3,  ///< request/response with modification in place
};

/// What a publisher does when its ring is full.
enum class Overflow : std::uint32_t {
    Block = 1,      ///< lossless: it waits for the slowest subscriber
    Overwrite = 2,  ///< the newest wins: it reuses the oldest slot that nobody holds
};

/// How the two sides of a sleep or of a reclaim are ordered.
enum class Fence : std::uint32_t {
    Asymmetric = 1,  ///< membarrier by the slow side, nothing on the hot path
    Full = 2,        ///< a full fence on the hot path; works where membarrier is forbidden
};

/// What an attachment does in its region.
enum class Role : std::uint32_t {
    Publisher = 1,   ///< of a topic
    Subscriber = 2,  ///< of a topic
    Server = 3,      ///< of a service
    Client = 4,      ///< of a service
    Writer = 5,      ///< of a raw region
    Reader = 6,      ///< of a raw region
};

/// Where an attachment stands.
enum class State : std::uint32_t {
    Active = 1,    ///< takes part
    Departed = 2,  ///< left or died; what it published can still be taken
    Evicted = 3,   ///< put out by the daemon: a subscriber that kept a lossless topic waiting
    Removed = 4,   ///< its region was removed
    Standby = 5,   ///< a server that takes over when the active one ends
};

/// The words for these in D-Bus, the tool and messages.
[[nodiscard]] constexpr std::string_view to_string(Kind value) noexcept {
    switch (value) {
        case Kind::Raw:
            return "raw";
        case Kind::Topic:
            return "topic";
        case Kind::Service:
            return "service";
    }
    return "unknown";
}
[[nodiscard]] constexpr std::string_view to_string(Overflow value) noexcept {
    switch (value) {
        case Overflow::Block:
            return "block";
        case Overflow::Overwrite:
            return "overwrite";
    }
    return "unknown";
}
[[nodiscard]] constexpr std::string_view to_string(Fence value) noexcept {
    switch (value) {
        case Fence::Asymmetric:
            return "asymmetric";
        case Fence::Full:
            return "full";
    }
    return "unknown";
}
[[nodiscard]] constexpr std::string_view to_string(Role value) noexcept {
    switch (value) {
        case Role::Publisher:
            return "publisher";
        case Role::Subscriber:
            return "subscriber";
        case Role::Server:
            return "server";
        case Role::Client:
            return "client";
        case Role::Writer:
            return "writer";
        case Role::Reader:
            return "reader";
    }
    return "unknown";
}
[[nodiscard]] constexpr std::string_view to_string(State value) noexcept {
    switch (value) {
        case State::Active:
            return "active";
        case State::Departed:
            return "departed";
        case State::Evicted:
            return "evicted";
        case State::Removed:
            return "removed";
        case State::Standby:
            return "standby";
    }
    return "unknown";
}

/// What a topic is created with. Zero asks for the daemon's default where that is said.
struct TopicOptions {
    std::size_t size = 0;        ///< largest payload, bytes; required (1 to the service's limit)
    std::size_t alignment = 32;  ///< of each payload, bytes; a power of two, 32 to 4096
    std::uint32_t history = 0;   ///< samples per publisher kept for late subscribers
    std::uint32_t slots = 0;     ///< at least this many slots a publisher; 0: chosen by size
    Overflow overflow = Overflow::Block;  ///< what a full ring does
    std::uint32_t publishers = 4;         ///< how many at the same time; 1 to 256
    std::uint32_t subscribers = 8;        ///< how many at the same time; 1 to 1024
    std::uint32_t holds = 2;  ///< samples of one publisher a subscriber may keep; 1 to 64
    std::string type{};       ///< payload type name; empty: any
    std::chrono::nanoseconds patience{0};  ///< a blocked publisher waits so long for one subscriber
                                           ///< before the daemon evicts it; 0: for ever
    Fence fence = Fence::Asymmetric;       ///< see Fence
    ::mode_t mode = 0600;                  ///< read bit: subscribe, write bit: publish
    std::string group{};   ///< whom the group's bits are for, name or number; empty: your own
    NamedRights users{};   ///< users with rights of their own
    NamedRights groups{};  ///< groups with rights of their own
};

/// What a service is created with.
struct ServiceOptions {
    std::size_t size = 0;             ///< largest request and largest response, bytes; required
    std::size_t alignment = 32;       ///< of each, bytes; a power of two, 32 to 4096
    std::uint32_t depth = 8;          ///< requests of one client in flight; 1 to 4096
    std::uint32_t clients = 8;        ///< how many at the same time; 1 to 1024
    std::uint32_t standbys = 1;       ///< servers that wait to take over; 0 to 15
    std::string type{};               ///< type name of request and response; empty: any
    Fence fence = Fence::Asymmetric;  ///< see Fence
    ::mode_t mode = 0600;             ///< read bit: be a client, write bit: serve
    std::string group{};   ///< whom the group's bits are for, name or number; empty: your own
    NamedRights users{};   ///< users with rights of their own
    NamedRights groups{};  ///< groups with rights of their own
};

/// What a raw region is created with.
struct RawOptions {
    std::size_t size = 0;             ///< bytes; required (1 to the service's limit)
    std::uint32_t writers = 4;        ///< how many at the same time; 1 to 256
    std::uint32_t readers = 8;        ///< how many at the same time; 1 to 1024
    std::string type{};               ///< type name of what lies in it; empty: any
    Fence fence = Fence::Asymmetric;  ///< see Fence
    ::mode_t mode = 0600;             ///< read bit: read, write bit: write
    std::string group{};   ///< whom the group's bits are for, name or number; empty: your own
    NamedRights users{};   ///< users with rights of their own
    NamedRights groups{};  ///< groups with rights of their own
};

/// One region as the daemon lists it.
struct RegionInfo {
    std::string name;
    Kind kind{};
    std::string type;               ///< payload type name; empty: any
    std::uint64_t size = 0;         ///< largest payload; raw: all there is; bytes
    std::uint32_t publishers = 0;   ///< publishers, servers or writers that are active now
    std::uint32_t subscribers = 0;  ///< subscribers, clients or readers that are active now
    std::uint64_t bytes = 0;        ///< of all its segments
    ::uid_t owner = 0;
    ::mode_t mode = 0;
};

/// How far a subscriber is with one publisher.
struct LaneInfo {
    std::uint64_t publisher = 0;  ///< attachment number of the publisher
    std::uint64_t lag = 0;        ///< sequences published and not yet taken
};

/// One attachment and its counters, as the daemon reads them from the segments.
struct AttachmentInfo {
    std::uint64_t id = 0;  ///< unique within the region, never reused
    Role role{};
    State state{};
    ::pid_t pid = 0;
    ::uid_t uid = 0;
    std::string peer;             ///< unique name on the bus
    bool asleep = false;          ///< sleeping at the moment of reading
    std::uint64_t samples = 0;    ///< published, or taken and given back
    std::uint64_t bytes = 0;      ///< of these samples
    std::uint64_t missed = 0;     ///< subscriber: overwritten before it took them
    std::uint64_t stalls = 0;     ///< publisher: times that it found no room
    std::uint32_t holds = 0;      ///< subscriber: samples it holds now
    bool holding = false;         ///< writer: it has the lock; reader: it reads under the lock
    bool waiting = false;         ///< writer, reader: it sleeps for want of the lock
    std::uint64_t locks = 0;      ///< writer, reader: times that it got the lock
    std::uint64_t waits = 0;      ///< writer, reader: times that it had to wait for the lock
    std::uint64_t requests = 0;   ///< client: sent; server: taken
    std::uint64_t responded = 0;  ///< client, server: requests that got a response
    std::uint64_t refused = 0;    ///< client, server: requests that the server refused
    std::uint64_t in_flight = 0;  ///< client: sent, without an answer; server: in its hands now
    std::uint64_t memory = 0;     ///< bytes of its segment
    std::vector<LaneInfo> lanes;  ///< subscriber: one a publisher
};

/// A region with its geometry and everyone in it.
struct RegionStatus {
    RegionInfo region;
    TopicOptions options;           ///< of a topic: as resolved by the daemon; of access the mode
    ServiceOptions service;         ///< of a service: the same
    RawOptions raw;                 ///< of a raw region: the same
    Access access;                  ///< who may join
    std::uint32_t slots = 0;        ///< in each publisher's ring, or each client's exchange
    std::uint64_t slot_stride = 0;  ///< bytes from one slot to the next
    std::uint64_t generation = 0;   ///< of a raw region: how often its bytes became others, from 1
    std::vector<AttachmentInfo> attachments;
};

/// One thing that happened on the bus; see Watch.
struct Event {
    enum class What { RegionAdded, RegionRemoved, Attached, Detached, Died, Evicted } what{};
    std::string region;
    std::uint64_t attachment = 0;  ///< 0 for the region's own events
    Role role{};                   ///< of the attachment
    ::pid_t pid = 0;
    ::uid_t uid = 0;
};

[[nodiscard]] constexpr std::string_view to_string(Event::What value) noexcept {
    switch (value) {
        case Event::What::RegionAdded:
            return "region-added";
        case Event::What::RegionRemoved:
            return "region-removed";
        case Event::What::Attached:
            return "attached";
        case Event::What::Detached:
            return "detached";
        case Event::What::Died:
            return "died";
        case Event::What::Evicted:
            return "evicted";
    }
    return "unknown";
}

}  // namespace bus
