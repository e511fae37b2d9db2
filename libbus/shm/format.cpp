#include "shm/format.hpp"

#include <cstdio>
#include <cstring>
#include <new>

#include <bus/error.hpp>

#include "abi/raw_layout.hpp"
#include "abi/service_layout.hpp"

namespace bus::shm {
namespace {

void identify(abi::SegmentIdentity& identity, std::uint64_t magic, std::uint64_t attachment,
              std::uint64_t bytes) noexcept {
    identity.magic = magic;
    identity.attachment = attachment;
    identity.bytes = bytes;
}

// How the roster and every segment begin.
struct Head {
    std::uint64_t magic;
    std::uint32_t requires_bits;
};
static_assert(offsetof(abi::RosterHeader, requires_bits) == offsetof(Head, requires_bits) &&
              offsetof(abi::SegmentIdentity, requires_bits) == offsetof(Head, requires_bits));

// A segment that is a header alone.
template <class Header>
void format_header(Role role, std::byte* segment, const abi::Geometry& geometry,
                   std::uint64_t attachment) noexcept {
    auto* header = new (segment) Header{};
    identify(header->identity, magic_of(role), attachment, geometry.segment_bytes(role));
}

}  // namespace

void admit_layout(const std::byte* segment, std::uint64_t magic, const std::string& label) {
    Head head{};
    std::memcpy(&head, segment, sizeof head);
    if (head.magic != magic) throw Error{Errc::BadSegment, label + ": it is of another kind"};
    const auto unknown = head.requires_bits & ~abi::known_requires_bits;
    if (unknown == 0) return;
    char bits[16];
    std::snprintf(bits, sizeof bits, "0x%x", unknown);
    throw Error{Errc::BadSegment,
                label + ": its layout needs " + bits + ", which this version does not know"};
}

std::uint64_t magic_of(Role role) noexcept {
    switch (role) {
        case Role::Publisher:
            return abi::publisher_magic;
        case Role::Subscriber:
            return abi::subscriber_magic;
        case Role::Server:
            return abi::server_magic;
        case Role::Client:
            return abi::exchange_magic;
        case Role::Writer:
            return abi::writer_magic;
        case Role::Reader:
            break;
    }
    return abi::reader_magic;
}

abi::Sleep& sleep_in(Role role, std::byte* segment) noexcept {
    if (role == Role::Publisher) return reinterpret_cast<abi::PublisherHeader*>(segment)->sleep;
    if (role == Role::Subscriber) {
        auto& header = *reinterpret_cast<abi::SubscriberHeader*>(segment);
        return abi::sleep_of(header, header.identity.attachment);
    }
    // All others have it on their second line; a raw member's is that for the lock.
    static_assert(offsetof(abi::ServerHeader, sleep) == abi::line &&
                  offsetof(abi::ExchangeHeader, sleep) == abi::line &&
                  offsetof(abi::RawMemberHeader, lock_sleep) == abi::line);
    return *reinterpret_cast<abi::Sleep*>(segment + abi::line);
}

const abi::Sleep& sleep_in(Role role, const std::byte* segment) noexcept {
    return sleep_in(role, const_cast<std::byte*>(segment));
}

bool asleep_in(Role role, const std::byte* segment) noexcept {
    const auto odd = [](const abi::Sleep& sleep) {
        return (sleep.epoch.load(std::memory_order_relaxed) & 1) != 0;  // relaxed: a hint
    };
    if (odd(sleep_in(role, segment))) return true;
    return abi::kind_of(role) == Kind::Raw &&
           odd(reinterpret_cast<const abi::RawMemberHeader*>(segment)->change_sleep);
}

void state_detached(std::byte* segment) noexcept {
    reinterpret_cast<abi::SegmentIdentity*>(segment)->detached.store(1, std::memory_order_release);
}

bool is_detached(const std::byte* segment) noexcept {
    const auto& identity = *reinterpret_cast<const abi::SegmentIdentity*>(segment);
    return identity.detached.load(std::memory_order_acquire) != 0;
}

void format_lock(std::byte* segment) noexcept {
    auto* header = new (segment) abi::LockHeader{};
    identify(header->identity, abi::lock_magic, 0, abi::Geometry::page);
}

void format_segment(Role role, std::byte* segment, const abi::Geometry& geometry,
                    std::uint64_t attachment) noexcept {
    switch (role) {
        case Role::Publisher:
            return format_publisher(segment, geometry, attachment);
        case Role::Subscriber:
            return format_subscriber(segment, geometry, attachment);
        case Role::Client:
            return format_exchange(segment, geometry, attachment);
        case Role::Server:
            return format_header<abi::ServerHeader>(role, segment, geometry, attachment);
        case Role::Writer:
        case Role::Reader:
            return format_header<abi::RawMemberHeader>(role, segment, geometry, attachment);
    }
}

void format_publisher(std::byte* segment, const abi::Geometry& geometry,
                      std::uint64_t attachment) noexcept {
    auto* header = new (segment) abi::PublisherHeader{};
    identify(header->identity, abi::publisher_magic, attachment, geometry.publisher_bytes());
    header->floor.store(1, std::memory_order_relaxed);  // relaxed: nobody has the segment yet
    for (std::uint64_t slot = 1; slot <= geometry.slots; ++slot)
        new (segment + geometry.payload_offset(slot) - sizeof(abi::SlotHeader)) abi::SlotHeader{};
}

void format_subscriber(std::byte* segment, const abi::Geometry& geometry,
                       std::uint64_t attachment) noexcept {
    auto* header = new (segment) abi::SubscriberHeader{};
    identify(header->identity, abi::subscriber_magic, attachment, geometry.subscriber_bytes());
    for (std::uint32_t lane = 0; lane < geometry.lanes(); ++lane) {
        std::byte* place = segment + sizeof(abi::SubscriberHeader) + lane * geometry.lane_bytes();
        new (place) abi::LaneHead{};
        for (std::uint32_t hold = 0; hold < geometry.holds; ++hold)
            new (place + sizeof(abi::LaneHead) + hold * sizeof(abi::Word)) abi::Word{0};
    }
}

void format_exchange(std::byte* segment, const abi::Geometry& geometry,
                     std::uint64_t attachment) noexcept {
    format_header<abi::ExchangeHeader>(Role::Client, segment, geometry, attachment);
    for (std::uint64_t slot = 1; slot <= geometry.slots; ++slot)
        new (segment + geometry.payload_offset(slot) - sizeof(abi::RequestHeader))
            abi::RequestHeader{};
}

}  // namespace bus::shm
