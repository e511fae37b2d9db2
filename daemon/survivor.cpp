#include "daemon/survivor.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <sys/stat.h>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "base/event.hpp"
#include "base/mapping.hpp"
#include "base/memfd.hpp"
#include "base/system_call.hpp"
#include "daemon/kept_name.hpp"
#include "shm/derive.hpp"
#include "shm/format.hpp"
#include "shm/roster.hpp"

namespace shmbusd {

using bus::abi::EntryRole;
using bus::abi::EntryState;

namespace {

constexpr std::uint64_t most_ids = std::uint64_t{1} << 56;  // an entry's word has room for no more

// Refuses the roster with this reason unless it holds.
void require(bool holds, const std::string& reason) {
    if (!holds) throw bus::Error{bus::Errc::BadSegment, reason};
}

bus::base::UniqueFd take(Inheritance& left, const std::string& name) {
    const auto count = left.count(name);
    require(count == 1, "there are " + std::to_string(count) + " descriptors " + name);
    return std::move(left.extract(name).mapped());
}

std::uint64_t size_of(int fd, const std::string& name) {
    struct stat status {};
    bus::base::check(::fstat(fd, &status), name, "fstat");
    return static_cast<std::uint64_t>(status.st_size);
}

bus::base::Mapping map(int fd, std::uint64_t bytes, const std::string& name) {
    return {fd, bytes, bus::base::Access::ReadOnly, bus::base::Populate::Lazily, name};
}

std::string text_from(std::span<const char> padded, const std::string& what) {
    const auto text = bus::shm::text_of(padded);
    require(text.has_value(), what + " does not end");
    return std::string{*text};
}

void check_head(const bus::shm::RosterFacts& facts, std::uint64_t number) {
    const auto& record = facts.record;
    require(facts.magic == bus::abi::roster_magic, "it is no roster");
    require((facts.requires_bits & ~bus::abi::known_requires_bits) == 0,
            "it asks for what this version does not know");
    require(facts.state == static_cast<std::uint32_t>(bus::abi::RegionState::Live) ||
                facts.state == static_cast<std::uint32_t>(bus::abi::RegionState::Removed),
            "its state is unknown");
    require(facts.next_id >= 1 && facts.next_id < most_ids, "its next number is absurd");
    require(record.number == number, "it is of region " + std::to_string(record.number));
    require(record.kind >= static_cast<std::uint32_t>(bus::Kind::Raw) &&
                record.kind <= static_cast<std::uint32_t>(bus::Kind::Service),
            "its kind is unknown");
    require(record.patience <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()),
            "its patience is absurd");
    require(std::ranges::all_of(record.bus_id, [](char c) { return c > ' ' && c <= '~'; }),
            "it names no bus");
}

Survivor read_record(const bus::shm::RosterFacts& facts) {
    Survivor region;
    region.name = text_from(facts.record.name, "its name");
    bus::abi::check_name(region.name);
    static_cast<void>(text_from(facts.record.type, "its type"));
    region.number = facts.record.number;
    region.shape = bus::shm::shape_of(facts.record);
    region.access = rule_from(facts.record);
    region.bus_id.assign(std::begin(facts.record.bus_id), std::end(facts.record.bus_id));
    // A raw region without a generation was cut short while it was made: nobody was told of it.
    region.removed = facts.state == static_cast<std::uint32_t>(bus::abi::RegionState::Removed) ||
                     (region.shape.kind == bus::Kind::Raw && facts.generation == 0);
    region.next_id = facts.next_id;
    return region;
}

bool fits(EntryRole role, EntryState state) noexcept {
    if (state == EntryState::Attached || state == EntryState::Active) return true;
    return (state == EntryState::Departed && role == EntryRole::Publisher) ||
           (state == EntryState::Evicted && role == EntryRole::Subscriber) ||
           (state == EntryState::Standby && role == EntryRole::Server);
}

// One entry of a roster after the other, with what is known of those before.
class Census {
public:
    Census(Survivor& region, const bus::abi::Geometry& geometry, Inheritance& left)
        : region_{region}, geometry_{geometry}, left_{left} {}

    void count(std::uint32_t index, bus::abi::EntryWord word, const bus::shm::EntryFacts& facts) {
        entry_ = "entry " + std::to_string(index);
        check_word(index, word);
        check_facts(word, facts);
        auto member = make(index, word, facts);
        member.left.segment = admit_segment(word);
        member.sound = is_sound(member.left.segment.get(), word);
        if (member.plan.waker == WakerKind::EventFd) member.left.event = admit_event(word.id);
        region_.members.push_back(std::move(member));
    }
    void check_capacity() const {
        const auto role = bus::abi::leading_role(geometry_.kind);
        require(leading_ <= geometry_.leading,
                "it has more " + std::string{to_string(role)} + "s than it has room for");
    }

private:
    void check_word(std::uint32_t index, bus::abi::EntryWord word) {
        const bool leading = index < geometry_.leading_entries();
        const auto role = bus::abi::entry_role(leading ? bus::abi::leading_role(geometry_.kind)
                                                       : bus::abi::following_role(geometry_.kind));
        require(word.role == role, entry_ + " has the wrong role");
        require(fits(role, word.state), entry_ + " has a state that it cannot have");
        require(word.id >= 1 && word.id < region_.next_id, entry_ + " has a number not yet given");
        require(ids_.insert(word.id).second,
                entry_ + " has the number " + std::to_string(word.id) + " of another");
        leading_ += leading && word.state != EntryState::Departed;
    }
    void check_facts(bus::abi::EntryWord word, const bus::shm::EntryFacts& facts) const {
        require(facts.segment_bytes == bytes_of(word.role),
                entry_ + " has a segment of another size");
        require(facts.waker == static_cast<std::uint32_t>(bus::abi::EntryWaker::Semaphore) ||
                    facts.waker == static_cast<std::uint32_t>(bus::abi::EntryWaker::EventFd),
                entry_ + " has a waker of no known kind");
        // In one that is active it stands already when a departure was cut short.
        const bool departed = word.state == EntryState::Departed;
        require(!departed || (facts.late > word.id && facts.late <= region_.next_id),
                entry_ + " has departed at an impossible time");
        require(word.role != EntryRole::Client || facts.late < region_.next_id,
                entry_ + " is paired with a server not yet there");
    }
    [[nodiscard]] Survivor::Member make(std::uint32_t index, bus::abi::EntryWord word,
                                        const bus::shm::EntryFacts& facts) const {
        Survivor::Member member;
        auto& plan = member.plan;
        plan.id = word.id;
        plan.role = bus::abi::role_of(word.role);
        plan.entry = index;
        plan.owner.peer = text_from(facts.peer, entry_ + ": its client's name");
        require(plan.owner.peer.starts_with(':'), entry_ + ": its client's name is none");
        plan.owner.pid = static_cast<pid_t>(facts.pid);
        plan.owner.uid = facts.uid;
        const bool event = facts.waker == static_cast<std::uint32_t>(bus::abi::EntryWaker::EventFd);
        plan.waker = event ? WakerKind::EventFd : WakerKind::Semaphore;
        plan.token = facts.token;
        member.left.state = word.state;
        member.late = facts.late;
        return member;
    }
    [[nodiscard]] bus::base::UniqueFd admit_segment(bus::abi::EntryWord word) {
        const auto name = segment_name(region_.number, word.id);
        auto fd = take(left_, name);
        const auto sealing = word.state == EntryState::Attached
                                 ? bus::base::Sealing::Size
                                 : Attachment::sealing_of(bus::abi::role_of(word.role));
        bus::base::admit_memfd(fd.get(), bytes_of(word.role), sealing, name);
        return fd;
    }
    [[nodiscard]] bool is_sound(int segment, bus::abi::EntryWord word) const {
        const auto bytes = bytes_of(word.role);
        const auto mapping = map(segment, bytes, region_.name);
        const auto& identity = *reinterpret_cast<const bus::abi::SegmentIdentity*>(mapping.data());
        return identity.magic == bus::shm::magic_of(bus::abi::role_of(word.role)) &&
               identity.attachment == word.id && identity.bytes == bytes &&
               (identity.requires_bits & ~bus::abi::known_requires_bits) == 0;
    }
    [[nodiscard]] bus::base::UniqueFd admit_event(std::uint64_t id) {
        const auto name = event_name(region_.number, id);
        auto fd = take(left_, name);
        require(bus::base::is_event(fd.get()), name + " wakes nobody");
        return fd;
    }
    [[nodiscard]] std::uint64_t bytes_of(EntryRole role) const noexcept {
        return geometry_.segment_bytes(bus::abi::role_of(role));
    }

    Survivor& region_;
    const bus::abi::Geometry& geometry_;
    Inheritance& left_;
    std::string entry_;  // for messages
    std::set<std::uint64_t> ids_;
    std::uint32_t leading_ = 0;
};

void count_members(Survivor& region, const bus::abi::Geometry& geometry, const std::byte* segment,
                   Inheritance& left) {
    const bus::shm::RosterReader roster{segment, geometry};
    Census census{region, geometry, left};
    for (std::uint32_t index = 0; index < roster.entries(); ++index) {
        const auto word = roster.entry(index);
        if (word != bus::abi::EntryWord{}) census.count(index, word, roster.facts(index));
    }
    census.check_capacity();
}

// The lock and the bytes of a raw region. What is in them is its writers' to say.
void admit_shared(Survivor& region, const bus::shm::RosterFacts& facts, Inheritance& left) {
    const auto lock = lock_name(region.number);
    region.lock = take(left, lock);
    bus::base::admit_memfd(region.lock.get(), bus::abi::Geometry::page, bus::base::Sealing::Size,
                           lock);
    require(facts.generation_bytes >= region.shape.size, "its bytes are fewer than at first");
    region.generation = facts.generation;
    region.size = facts.generation_bytes;
    const auto bytes = bytes_name(region.number, region.generation);
    region.bytes = take(left, bytes);
    bus::base::admit_memfd(region.bytes.get(), region.size, bus::base::Sealing::Size, bytes);
}

}  // namespace

Survivor admit_survivor(std::uint64_t number, Inheritance& left) {
    const auto name = roster_name(number);
    auto fd = take(left, name);
    const auto bytes = size_of(fd.get(), name);
    bus::base::admit_memfd(fd.get(), bytes, bus::base::Sealing::Size, name);
    require(bytes >= sizeof(bus::abi::RosterHeader), "it is too short for a roster");
    const auto mapping = map(fd.get(), bytes, name);
    const auto facts = bus::shm::read_facts(mapping.data());
    check_head(facts, number);
    auto region = read_record(facts);
    if (region.removed) return region;
    // It was within the limits of its day.
    const auto geometry =
        bus::shm::derive_geometry(region.shape, std::numeric_limits<std::uint64_t>::max());
    require(
        facts.entries == geometry.entries() && facts.entry_bytes == sizeof(bus::abi::RosterEntry),
        "its entries are not as many or as large as its options say");
    require(bytes == geometry.roster_bytes(), "it has " + std::to_string(bytes) + " bytes");
    count_members(region, geometry, mapping.data(), left);
    if (region.shape.kind == bus::Kind::Raw) admit_shared(region, facts, left);
    region.roster = std::move(fd);
    return region;
}

}  // namespace shmbusd
