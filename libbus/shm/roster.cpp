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

RosterReader::RosterReader(const std::byte* segment, const abi::Geometry& geometry) noexcept
    : header_{reinterpret_cast<const abi::RosterHeader*>(segment)},
      lanes_{geometry.lanes()},
      entries_{geometry.entries()} {}

abi::EntryWord RosterReader::entry(std::uint32_t index) const noexcept {
    const auto* entries = reinterpret_cast<const abi::RosterEntry*>(header_ + 1);
    // acquire: pairs with the release in RosterWriter::set()
    return abi::EntryWord::unpack(entries[index].word.load(std::memory_order_acquire));
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
    std::copy_n(bus_id.begin(), std::min(bus_id.size(), abi::bus_id_size), record.bus_id);
    return record;
}

}  // namespace bus::shm
