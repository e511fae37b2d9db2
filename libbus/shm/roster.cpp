#include "shm/roster.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <span>

namespace bus::shm {
namespace {

void copy_text(std::span<char> to, std::string_view from) noexcept {
    const auto size = std::min(from.size(), to.size() - 1);
    std::copy_n(from.begin(), size, to.begin());
    std::fill(to.begin() + static_cast<std::ptrdiff_t>(size), to.end(), '\0');
}

void copy_id(abi::RegionRecord& record, std::string_view bus_id) noexcept {
    std::copy_n(bus_id.begin(), std::min(bus_id.size(), abi::bus_id_size), record.bus_id);
}

// Each step is in memory before the next: a daemon may be killed between any two.
void write_access(abi::RegionRecord& record, const AccessRecord& access) noexcept {
    const auto in_order = [] { std::atomic_signal_fence(std::memory_order_seq_cst); };
    record.mode = 0;
    record.access_entries = 0;
    in_order();
    const auto count = std::min(access.named.size(), abi::max_access_entries);
    std::copy_n(access.named.begin(), count, record.access);
    record.group = access.group;
    record.owner = access.owner;
    in_order();
    record.access_entries = static_cast<std::uint32_t>(count);
    in_order();
    record.mode = access.mode;
}

}  // namespace

RosterFacts read_facts(const std::byte* segment) noexcept {
    const auto& header = *reinterpret_cast<const abi::RosterHeader*>(segment);
    // relaxed below: its writer is dead
    const auto generation = header.generation.load(std::memory_order_relaxed);
    return {
        .magic = header.magic,
        .requires_bits = header.requires_bits,
        .entries = header.entries,
        .entry_bytes = header.entry_bytes,
        .next_id = header.next_id,
        .state = header.state.load(std::memory_order_relaxed),
        .generation = generation,
        .generation_bytes = header.generation_bytes[generation % 2].load(std::memory_order_relaxed),
        .record = header.record};
}

RosterReader::RosterReader(const std::byte* segment, const abi::Geometry& geometry) noexcept
    : header_{reinterpret_cast<const abi::RosterHeader*>(segment)},
      leading_entries_{geometry.leading_entries()},
      entries_{geometry.entries()} {}

abi::EntryWord RosterReader::entry(std::uint32_t index) const noexcept {
    const auto* entries = reinterpret_cast<const abi::RosterEntry*>(header_ + 1);
    // acquire: pairs with the release in RosterWriter::set()
    return abi::EntryWord::unpack(entries[index].word.load(std::memory_order_acquire));
}

EntryFacts RosterReader::facts(std::uint32_t index) const noexcept {
    const auto& entry = reinterpret_cast<const abi::RosterEntry*>(header_ + 1)[index];
    EntryFacts facts{.pid = entry.pid,
                     .uid = entry.uid,
                     .segment_bytes = entry.segment_bytes,
                     .token = entry.token,
                     .late = entry.late,
                     .waker = entry.waker};
    std::copy(std::begin(entry.peer), std::end(entry.peer), facts.peer.begin());
    return facts;
}

bool RosterReader::removed() const noexcept {
    return header_->state.load(std::memory_order_relaxed) ==  // relaxed: nothing hangs on its order
           static_cast<std::uint32_t>(abi::RegionState::Removed);
}

std::uint32_t RosterReader::count_active(abi::EntryRole role) const noexcept {
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < entries_; ++i) {
        const auto word = entry(i);
        count += word.role == role && word.state == abi::EntryState::Active;
    }
    return count;
}

RosterWriter::RosterWriter(std::byte* segment, const abi::Geometry& geometry,
                           const abi::RegionRecord& record) noexcept
    : header_{new (segment) abi::RosterHeader{}} {
    header_->magic = abi::roster_magic;
    header_->entries = geometry.entries();
    header_->entry_bytes = sizeof(abi::RosterEntry);
    header_->next_id = 1;
    header_->record = record;
    // relaxed: nobody has the segment yet
    header_->state.store(static_cast<std::uint32_t>(abi::RegionState::Live),
                         std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < geometry.entries(); ++i) new (&entry(i)) abi::RosterEntry{};
}

abi::RosterEntry& RosterWriter::entry(std::uint32_t index) const noexcept {
    return reinterpret_cast<abi::RosterEntry*>(header_ + 1)[index];
}

void RosterWriter::enter(std::uint32_t index, const EntryOwner& owner,
                         abi::EntryWord word) noexcept {
    auto& place = entry(index);
    place.pid = owner.pid;
    place.uid = owner.uid;
    place.segment_bytes = owner.segment_bytes;
    place.token = owner.token;
    place.late = 0;
    place.waker = static_cast<std::uint32_t>(owner.waker);
    copy_text(place.peer, owner.peer);
    header_->next_id = std::max(header_->next_id, word.id + 1);
    place.word.store(word.pack(), std::memory_order_release);  // acquired in RosterReader::entry()
}

void RosterWriter::set(std::uint32_t index, abi::EntryWord word) noexcept {
    entry(index).word.store(word.pack(),
                            std::memory_order_release);  // acquired in RosterReader::entry()
    announce();
}

void RosterWriter::set_departed(std::uint32_t index, abi::EntryWord word,
                                std::uint64_t late) noexcept {
    entry(index).late = late;
    set(index, word);
}

void RosterWriter::pair(std::uint32_t index, std::uint64_t server) noexcept {
    entry(index).late = server;
}

void RosterWriter::set_removed() noexcept {
    header_->state.store(static_cast<std::uint32_t>(abi::RegionState::Removed),
                         std::memory_order_relaxed);  // relaxed: announced below
    announce();
}

void RosterWriter::set_access(const AccessRecord& access) noexcept {
    write_access(header_->record, access);
}

void RosterWriter::set_bus_id(std::string_view bus_id) noexcept {
    copy_id(header_->record, bus_id);
}

void RosterWriter::set_generation(std::uint64_t generation, std::uint64_t bytes) noexcept {
    // relaxed: found by way of the generation
    header_->generation_bytes[generation % 2].store(bytes, std::memory_order_relaxed);
    // release: acquired in RosterReader::generation()
    header_->generation.store(generation, std::memory_order_release);
    announce();
}

void RosterWriter::announce() noexcept {
    header_->change.fetch_add(1, std::memory_order_release);  // acquired in RosterReader::change()
}

abi::RegionRecord make_record(std::string_view name, std::uint64_t number, const abi::Shape& shape,
                              const AccessRecord& access, std::string_view bus_id) noexcept {
    abi::RegionRecord record{};
    record.kind = static_cast<std::uint32_t>(shape.kind);
    record.overflow = static_cast<std::uint32_t>(shape.overflow);
    record.fence = static_cast<std::uint32_t>(shape.fence);
    record.history = shape.history;
    record.leading = shape.leading;
    record.following = shape.following;
    record.holds = shape.holds;
    record.slots_asked = shape.slots;
    record.size = shape.size;
    record.alignment = shape.alignment;
    record.patience = static_cast<std::uint64_t>(shape.patience.count());
    record.number = number;
    write_access(record, access);
    copy_text(record.name, name);
    copy_text(record.type, shape.type);
    copy_id(record, bus_id);
    return record;
}

abi::Shape shape_of(const abi::RegionRecord& record) {
    abi::Shape shape;
    shape.kind = static_cast<Kind>(record.kind);
    shape.overflow = static_cast<Overflow>(record.overflow);
    shape.fence = static_cast<Fence>(record.fence);
    shape.history = record.history;
    shape.leading = record.leading;
    shape.following = record.following;
    shape.holds = record.holds;
    shape.slots = record.slots_asked;
    shape.size = record.size;
    shape.alignment = record.alignment;
    shape.patience = std::chrono::nanoseconds{static_cast<std::int64_t>(record.patience)};
    shape.type = text_of(record.type).value_or(std::string_view{record.type, 0});
    return shape;
}

std::optional<std::string_view> text_of(std::span<const char> padded) noexcept {
    const auto end = std::ranges::find(padded, '\0');
    if (end == padded.end()) return std::nullopt;
    return std::string_view{padded.data(), static_cast<std::size_t>(end - padded.begin())};
}

}  // namespace bus::shm
