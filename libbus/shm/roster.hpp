// The roster: who is in a region. The daemon writes it, everyone reads it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "abi/shape.hpp"

namespace bus::shm {

// What the head of a roster says, read once.
struct RosterFacts {
    std::uint64_t magic = 0;
    std::uint32_t requires_bits = 0;
    std::uint32_t entries = 0;
    std::uint32_t entry_bytes = 0;
    std::uint64_t next_id = 0;
    std::uint32_t state = 0;
    std::uint64_t generation = 0;        // raw: of its bytes
    std::uint64_t generation_bytes = 0;  // what that has
    abi::RegionRecord record{};
};
[[nodiscard]] RosterFacts read_facts(const std::byte* segment) noexcept;

// What an entry says besides its word, read once.
struct EntryFacts {
    std::uint32_t pid = 0;
    std::uint32_t uid = 0;
    std::uint64_t segment_bytes = 0;
    std::uint64_t token = 0;
    std::uint64_t late = 0;
    std::uint32_t waker = 0;
    std::array<char, sizeof(abi::RosterEntry::peer)> peer{};
};

class RosterReader {
public:
    RosterReader() noexcept = default;
    RosterReader(const std::byte* segment, const abi::Geometry& geometry) noexcept;

    // Moves with every join, leave and death; one load tells whether to look closer.
    [[nodiscard]] std::uint64_t change() const noexcept {
        return header_->change.load(std::memory_order_acquire);  // released in announce()
    }
    // For who looks at it inline.
    [[nodiscard]] const abi::Word& change_word() const noexcept { return header_->change; }
    [[nodiscard]] abi::EntryWord entry(std::uint32_t index) const noexcept;
    [[nodiscard]] EntryFacts facts(std::uint32_t index) const noexcept;
    [[nodiscard]] bool removed() const noexcept;
    // Raw: moves when the region has grown into another bytes segment.
    [[nodiscard]] std::uint64_t generation() const noexcept {
        return header_->generation.load(std::memory_order_acquire);  // released in set_generation()
    }
    // Entries of leading roles are [0, leading_entries()), of following ones the rest.
    [[nodiscard]] std::uint32_t leading_entries() const noexcept { return leading_entries_; }
    [[nodiscard]] std::uint32_t entries() const noexcept { return entries_; }
    // How many entries of this role are active.
    [[nodiscard]] std::uint32_t count_active(abi::EntryRole role) const noexcept;

private:
    const abi::RosterHeader* header_ = nullptr;
    std::uint32_t leading_entries_ = 0;
    std::uint32_t entries_ = 0;
};

// Who holds an entry, as the daemon records it.
struct EntryOwner {
    std::uint32_t pid = 0;
    std::uint32_t uid = 0;
    std::string_view peer;  // unique bus name
    std::uint64_t segment_bytes = 0;
    std::uint64_t token = 0;
    abi::EntryWaker waker = abi::EntryWaker::Semaphore;
};

// A region's access rule, as its record keeps it.
struct AccessRecord {
    std::uint32_t owner = 0;  // uid
    std::uint32_t group = 0;  // gid
    std::uint32_t mode = 0;
    std::span<const abi::AccessEntry> named;  // at most abi::max_access_entries
};

class RosterWriter {
public:
    RosterWriter() noexcept = default;
    // Lays the roster out over zeroed memory.
    RosterWriter(std::byte* segment, const abi::Geometry& geometry,
                 const abi::RegionRecord& record) noexcept;
    // Goes on with one that an earlier daemon laid out.
    explicit RosterWriter(std::byte* segment) noexcept
        : header_{reinterpret_cast<abi::RosterHeader*>(segment)} {}

    // Records who holds the entry, then its word; the next number is kept for a restarted daemon.
    void enter(std::uint32_t index, const EntryOwner& owner, abi::EntryWord word) noexcept;
    // Changes an entry's word in one store, and announces it.
    void set(std::uint32_t index, abi::EntryWord word) noexcept;
    // The same for a publisher that departs; `late` is the first attachment number after it.
    void set_departed(std::uint32_t index, abi::EntryWord word, std::uint64_t late) noexcept;
    // Keeps for good which server a client's exchange is paired with; concerns nobody else.
    void pair(std::uint32_t index, std::uint64_t server) noexcept;
    void set_removed() noexcept;
    // Keeps another rule. Cut short by the daemon's death, what stands there allows nobody but the
    // owner to change it again.
    void set_access(const AccessRecord& access) noexcept;
    void set_bus_id(std::string_view bus_id) noexcept;
    // Raw: the region's bytes are those of this generation from now on.
    void set_generation(std::uint64_t generation, std::uint64_t bytes) noexcept;
    // Has everyone look at the roster again.
    void announce() noexcept;

private:
    [[nodiscard]] abi::RosterEntry& entry(std::uint32_t index) const noexcept;

    abi::RosterHeader* header_ = nullptr;
};

// The record of a region of this shape and with this rule, on the bus with this identifier.
[[nodiscard]] abi::RegionRecord make_record(std::string_view name, std::uint64_t number,
                                            const abi::Shape& shape, const AccessRecord& access,
                                            std::string_view bus_id) noexcept;

// The shape that a record keeps; the type may be cut where it has no end.
[[nodiscard]] abi::Shape shape_of(const abi::RegionRecord& record);

// NUL-padded text; nothing when it does not end.
[[nodiscard]] std::optional<std::string_view> text_of(std::span<const char> padded) noexcept;

}  // namespace bus::shm
