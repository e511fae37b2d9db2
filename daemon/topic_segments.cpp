#include "daemon/topic_segments.hpp"

#include "abi/geometry.hpp"
#include "abi/layout.hpp"

namespace shmbusd {
namespace {

template <class Header>
const Header& header_of(const Attachment& attachment) noexcept {
    return *reinterpret_cast<const Header*>(attachment.memory());
}

const bus::abi::LaneHead& lane_of(const Attachment& subscriber, std::uint32_t index) noexcept {
    return *reinterpret_cast<const bus::abi::LaneHead*>(subscriber.memory() +
                                                        sizeof(bus::abi::SubscriberHeader) +
                                                        index * subscriber.geometry().lane_bytes());
}

}  // namespace

std::uint64_t head_of(const Attachment& publisher) noexcept {
    return header_of<bus::abi::PublisherHeader>(publisher).head.load(std::memory_order_acquire);
}

std::uint64_t floor_of(const Attachment& publisher) noexcept {
    return header_of<bus::abi::PublisherHeader>(publisher).floor.load(std::memory_order_acquire);
}

std::uint64_t cursor_of(const Attachment& subscriber, const Attachment& publisher) noexcept {
    const auto& head = lane_of(subscriber, publisher.entry());
    if (head.publisher.load(std::memory_order_acquire) != publisher.id()) return 0;
    return head.cursor.load(std::memory_order_acquire);
}

std::uint64_t stamp_of(const Attachment& publisher, std::uint64_t sequence) noexcept {
    if (sequence == 0) return 0;
    const auto* payload = publisher.memory() + publisher.geometry().payload_offset(sequence);
    const auto* slot =
        reinterpret_cast<const bus::abi::SlotHeader*>(payload - sizeof(bus::abi::SlotHeader));
    return slot->stamp.load(std::memory_order_acquire);
}

namespace {

// What `samples` have together. Its owner wrote both counts, and may have written anything.
std::uint64_t bytes_of(std::uint64_t samples, std::uint64_t size, std::uint64_t unused) noexcept {
    const auto full = samples * size;
    return full >= unused ? full - unused : 0;
}

}  // namespace

// Statistics of a running peer: relaxed where a count is right by itself; `unused` is written after
// the samples that it belongs to, so it is read before them.
void count_publisher(const Attachment& publisher, bus::AttachmentInfo& info) noexcept {
    const auto& own = header_of<bus::abi::PublisherHeader>(publisher);
    const auto unused = own.unused.load(std::memory_order_acquire);
    const auto skips = own.skips.load(std::memory_order_relaxed);
    const auto published = head_of(publisher);
    info.samples = published >= skips ? published - skips : 0;
    info.bytes = bytes_of(info.samples, publisher.geometry().size, unused);
    info.stalls = own.stalls.load(std::memory_order_relaxed);
}

void count_subscriber(const Attachment& subscriber, bus::AttachmentInfo& info) noexcept {
    const auto& geometry = subscriber.geometry();
    for (std::uint32_t index = 0; index < geometry.lanes(); ++index) {
        const auto& head = lane_of(subscriber, index);
        const auto unused = head.unused.load(std::memory_order_acquire);
        const auto taken = bus::abi::taken(head);
        info.samples += taken;
        info.bytes += bytes_of(taken, geometry.size, unused);
        info.missed += head.missed.load(std::memory_order_relaxed);
        const auto* holds = reinterpret_cast<const bus::abi::Word*>(&head + 1);
        for (std::uint32_t hold = 0; hold < geometry.holds; ++hold)
            info.holds += holds[hold].load(std::memory_order_relaxed) != 0;
    }
}

}  // namespace shmbusd
