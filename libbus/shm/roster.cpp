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
    return {.magic = header.magic,
            .requires_bits = header.requires_bits,
            .entries = header.entries,
            .entry_bytes = header.entry_bytes,
            .next_id = header.next_id,
            .state = header.state.load(std::memory_order_relaxed),  // relaxed: its writer is dead
            .record = header.record};
}

RosterReader::RosterReader(const std::byte* segment, const abi::Geometry& geometry) noexcept
    : header_{reinterpret_cast<const abi::RosterHeader*>(segment)},
      lanes_{geometry.lanes()},
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

void RosterWriter::announce() noexcept {
    header_->change.fetch_add(1, std::memory_order_release);  // acquired in RosterReader::change()
}

abi::RegionRecord make_record(std::string_view name, std::uint64_t number, Kind kind,
                              const TopicOptions& options, const AccessRecord& access,
                              std::string_view bus_id) noexcept {
    abi::RegionRecord record{};
    record.kind = static_cast<std::uint32_t>(kind);
    record.overflow = static_cast<std::uint32_t>(options.overflow);
    record.fence = static_cast<std::uint32_t>(options.fence);
    record.history = options.history;
    record.publishers = options.publishers;
    record.subscribers = options.subscribers;
    record.holds = options.holds;
    record.slots_asked = options.slots;
    record.size = options.size;
    record.alignment = options.alignment;
    record.patience = static_cast<std::uint64_t>(options.patience.count());
    record.number = number;
    write_access(record, access);
    copy_text(record.name, name);
    copy_text(record.type, options.type);
    copy_id(record, bus_id);
    return record;
}

TopicOptions options_of(const abi::RegionRecord& record) {
    TopicOptions options;
    options.overflow = static_cast<Overflow>(record.overflow);
    options.fence = static_cast<Fence>(record.fence);
    options.history = record.history;
    options.publishers = record.publishers;
    options.subscribers = record.subscribers;
    options.holds = record.holds;
    options.slots = record.slots_asked;
    options.size = record.size;
    options.alignment = record.alignment;
    options.patience = std::chrono::nanoseconds{static_cast<std::int64_t>(record.patience)};
    options.mode = record.mode;
    options.type = text_of(record.type).value_or(std::string_view{record.type, 0});
    return options;
}

std::optional<std::string_view> text_of(std::span<const char> padded) noexcept {
    const auto end = std::ranges::find(padded, '\0');
    if (end == padded.end()) return std::nullopt;
    return std::string_view{padded.data(), static_cast<std::size_t>(end - padded.begin())};
}

}  // namespace bus::shm
