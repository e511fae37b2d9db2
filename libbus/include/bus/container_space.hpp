// Memory laid out for named objects: an index of ours, so that whoever reads can list what is
// there, and behind it the part that containers take their memory from. What keeps writers and
// readers apart is not here: bus::Containers is this under a region's lock.
//
//   0    Header              magic, layout, boost, bytes, entries, changing
//   64   Entry[entries]      name, type, kind, element, offset
//   then a Boost.Interprocess managed_external_buffer without a mutex
//
// The index is checked before it is used, whoever wrote it. Inside a container only its own offsets
// lead on: whoever reads one relies on those who may write the region.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bus/error.hpp>
#include <bus/shared_types.hpp>

namespace [[gnu::visibility("default")]] bus {

/// One named object as the index has it.
struct SharedObject {
    std::string name;
    SharedKind kind{};
    std::string type;         ///< "vector<Pose>"
    std::uint64_t count = 0;  ///< elements; of a value 1
    std::size_t element = 0;  ///< bytes of one
};

/// What is laid out in a region's memory for named objects.
struct SharedLayout {
    static constexpr std::uint64_t magic = 0x31746e63'7362'6873;  // "shbscnt1" in memory order
    static constexpr std::uint32_t version = 1;
    static constexpr std::uint32_t boost = BOOST_VERSION / 100;  // its layouts may change with it
    static constexpr std::size_t longest_name = 63;
    static constexpr std::size_t longest_type = 159;
    static constexpr std::size_t least_bytes = 16 * 1024;

    struct Header {
        std::uint64_t magic;
        std::uint32_t version;
        std::uint32_t boost;
        std::uint64_t bytes;  // of all of it; raised after the region has grown
        std::uint32_t entries;
        std::atomic<std::uint32_t> changing;  // 1 while somebody changes something
        std::uint8_t reserved[32];
    };
    static_assert(sizeof(Header) == 64);

    struct Entry {
        char name[longest_name + 1];  // NUL-padded; empty: the entry is free
        char type[longest_type + 1];
        std::uint32_t kind;  // SharedKind
        std::uint32_t element;
        std::uint64_t offset;  // of the object, from the start
        std::uint8_t reserved[16];
    };
    static_assert(sizeof(Entry) == 256);

    [[nodiscard]] static constexpr std::size_t entries_for(std::size_t bytes) noexcept {
        return std::clamp<std::size_t>(bytes / 4096, 16, 1024);
    }
    [[nodiscard]] static constexpr std::size_t pool_offset(std::size_t entries) noexcept {
        return sizeof(Header) + entries * sizeof(Entry);
    }
};

/// Finds and lists named objects in memory that may be mapped read-only.
/// Thread-safety: thread-bound; nobody may change the memory meanwhile.
class ContainerReader {
public:
    /// Over memory that somebody laid out; `label` names it in errors. Throws: Error BadSegment.
    ContainerReader(std::span<const std::byte> memory, std::string label)
        : memory_{memory}, label_{std::move(label)} {
        check();
    }

    /// The object of this name, or null. Throws: Error TypeMismatch, BadSegment.
    template <class T>
    [[nodiscard]] const T* find(std::string_view name) const {
        const auto* entry = entry_of(name);
        if (entry == nullptr) return nullptr;
        check_type(*entry, SharedType<T>::kind, SharedType<T>::name());
        return reinterpret_cast<const T*>(object_of(*entry, sizeof(T), alignof(T)));
    }
    /// All there is, in the order of the index. Throws: Error BadSegment.
    [[nodiscard]] std::vector<SharedObject> objects() const {
        std::vector<SharedObject> objects;
        for (const auto& entry : index())
            if (entry.name[0] != '\0') objects.push_back(describe(entry));
        return objects;
    }
    /// Whether whoever changed something last has not come to an end with it.
    [[nodiscard]] bool half_changed() const noexcept {
        return header().changing.load(std::memory_order_relaxed) != 0;  // relaxed: under a lock
    }

protected:
    using Entry = SharedLayout::Entry;

    [[nodiscard]] const SharedLayout::Header& header() const noexcept {
        return *reinterpret_cast<const SharedLayout::Header*>(memory_.data());
    }
    [[nodiscard]] const Entry* entry_of(std::string_view name) const {
        const auto all = index();
        const auto found = std::ranges::find_if(
            all, [name](const Entry& entry) { return text_of(entry.name) == name; });
        return found != all.end() && !name.empty() ? &*found : nullptr;
    }
    [[nodiscard]] std::span<const Entry> index() const {
        const std::size_t entries = header().entries;
        if (entries > SharedLayout::entries_for(memory_.size())) refuse("its index has no end");
        return {reinterpret_cast<const Entry*>(memory_.data() + sizeof(SharedLayout::Header)),
                entries};
    }
    // Bounded by the memory and aligned, whatever the index says.
    [[nodiscard]] const std::byte* object_of(const Entry& entry, std::size_t bytes,
                                             std::size_t alignment) const {
        const auto offset = entry.offset;
        if (offset > memory_.size() || memory_.size() - offset < bytes || offset % alignment != 0)
            refuse("its index leads out of it");
        return memory_.data() + offset;
    }
    void check_type(const Entry& entry, SharedKind kind, const std::string& type) const {
        const auto there = text_of(entry.type);
        if (entry.kind != static_cast<std::uint32_t>(kind) || there != recorded(type))
            throw Error{Errc::TypeMismatch, label_ + ": \"" + std::string{text_of(entry.name)} +
                                                "\" is a " + std::string{there} + ", not a " +
                                                type};
    }
    // As much of a type's name as the index has room for; a longer one ends in what tells it apart.
    [[nodiscard]] static std::string recorded(const std::string& type) {
        if (type.size() <= SharedLayout::longest_type) return type;
        std::uint64_t mixed = 0xcbf29ce484222325;  // FNV-1a, the same in every program
        for (const char c : type) mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        const auto mark = "..." + std::to_string(mixed);
        return type.substr(0, SharedLayout::longest_type - mark.size()) + mark;
    }
    template <std::size_t size>
    [[nodiscard]] static std::string_view text_of(const char (&padded)[size]) noexcept {
        return {padded, static_cast<std::size_t>(std::find(padded, padded + size, '\0') - padded)};
    }
    [[noreturn]] void refuse(const std::string& reason) const {
        throw Error{Errc::BadSegment, label_ + ": " + reason};
    }
    [[nodiscard]] const std::string& label() const noexcept { return label_; }

private:
    void check() const {
        if (memory_.size() < SharedLayout::least_bytes || header().magic != SharedLayout::magic)
            refuse("no containers are laid out in it");
        const auto version = header().version;
        if (version != SharedLayout::version)
            refuse("its containers have layout " + std::to_string(version) +
                   ", this version knows layout " + std::to_string(SharedLayout::version));
        const auto boost = header().boost;
        if (boost != SharedLayout::boost)
            refuse("its containers are of Boost " + boost_text(boost) + ", this program's are of " +
                   boost_text(SharedLayout::boost));
        static_cast<void>(index());
    }
    [[nodiscard]] static std::string boost_text(std::uint32_t version) {
        return std::to_string(version / 1000) + "." + std::to_string(version % 1000);
    }
    [[nodiscard]] SharedObject describe(const Entry& entry) const {
        return {.name = std::string{text_of(entry.name)},
                .kind = static_cast<SharedKind>(entry.kind),
                .type = std::string{text_of(entry.type)},
                .count = count(entry),
                .element = entry.element};
    }
    [[nodiscard]] std::uint64_t count(const Entry& entry) const {
        switch (static_cast<SharedKind>(entry.kind)) {
            case SharedKind::Value:
                return 1;
            case SharedKind::String:
                return count_as<SharedString>(entry);
            case SharedKind::Vector:
                return count_as<SharedVector<char>>(entry);
            case SharedKind::Map:
                return count_as<SharedMap<char, char>>(entry);
        }
        return 0;
    }
    // A container keeps its count in the same place whatever its elements are, and no pointer is
    // followed to it.
    template <class Container>
    [[nodiscard]] std::uint64_t count_as(const Entry& entry) const {
        static_assert(sizeof(SharedVector<char>) == sizeof(SharedVector<std::array<char, 99>>));
        static_assert(sizeof(SharedMap<char, char>) == sizeof(SharedMap<SharedString, double>));
        const auto* place = object_of(entry, sizeof(Container), alignof(Container));
        return reinterpret_cast<const Container*>(place)->size();
    }

    std::span<const std::byte> memory_;
    std::string label_;
};

/// Makes, changes and ends named objects.
/// Thread-safety: thread-bound; nobody else may read or change the memory meanwhile.
class ContainerWriter : public ContainerReader {
public:
    /// Lays memory out anew; what was there is lost. Throws: Error InvalidArgument where it is too
    /// small.
    static void lay_out(std::span<std::byte> memory, const std::string& label) {
        if (memory.size() < SharedLayout::least_bytes)
            throw Error{Errc::InvalidArgument, label + ": containers need at least " +
                                                   std::to_string(SharedLayout::least_bytes) +
                                                   " bytes, it has " +
                                                   std::to_string(memory.size())};
        const auto entries = SharedLayout::entries_for(memory.size());
        const auto pool = SharedLayout::pool_offset(entries);
        std::memset(memory.data(), 0, pool);
        boost::interprocess::managed_external_buffer{boost::interprocess::create_only,
                                                     memory.data() + pool, memory.size() - pool};
        auto* header = new (memory.data()) SharedLayout::Header{};
        header->version = SharedLayout::version;
        header->boost = SharedLayout::boost;
        header->bytes = memory.size();
        header->entries = static_cast<std::uint32_t>(entries);
        std::atomic_signal_fence(std::memory_order_release);
        header->magic = SharedLayout::magic;  // last: half laid out, it is not laid out
    }
    /// Whether memory is as a fresh region has it, so that laying it out loses nothing.
    [[nodiscard]] static bool is_fresh(std::span<const std::byte> memory) noexcept {
        const auto head = memory.first(std::min(memory.size(), sizeof(SharedLayout::Header)));
        return std::ranges::all_of(head, [](std::byte byte) { return byte == std::byte{0}; });
    }

    /// Over memory that somebody laid out, all of which is used from now on. Throws: Error
    /// BadSegment.
    ContainerWriter(std::span<std::byte> memory, std::string label)
        : ContainerReader{memory, std::move(label)}, memory_{memory} {
        if (own_header().bytes > memory_.size()) refuse("it was larger when it was laid out");
        if (const auto more = memory_.size() - own_header().bytes; more != 0) {
            pool()->grow(more);
            own_header().bytes = memory_.size();
        }
    }

    /// The object of this name, made when there is none: a value from `initial`, a container empty.
    /// Throws: Error TypeMismatch, NoSpace, InvalidArgument for a name that is empty or too long.
    template <class T, class... Initial>
    T& make(std::string_view name, Initial&&... initial) {
        if (const auto* there = find<T>(name)) return const_cast<T&>(*there);
        auto& entry = free_entry(name);
        SharedAllocator<T> allocator{pool()};
        const auto place = allocator.allocate(1);
        T* made = place.get();
        try {
            construct(made, std::forward<Initial>(initial)...);
        } catch (...) {
            allocator.deallocate(place, 1);
            throw;
        }
        enter(entry, name, made);
        return *made;
    }
    /// Ends the object of this name; false when there is none. Throws: Error TypeMismatch.
    template <class T>
    bool remove(std::string_view name) {
        const auto* there = find<T>(name);
        if (there == nullptr) return false;
        auto& entry = const_cast<Entry&>(*entry_of(name));
        T* object = const_cast<T*>(there);
        entry.name[0] = '\0';
        std::destroy_at(object);
        pool()->deallocate(object);
        return true;
    }
    /// A string in this memory, for a key or an element. Throws: Error NoSpace.
    [[nodiscard]] SharedString string(std::string_view text) {
        return {text.data(), text.size(), SharedAllocator<char>{pool()}};
    }
    /// Bytes that containers can still take, in pieces.
    [[nodiscard]] std::size_t free_bytes() noexcept { return pool()->get_free_memory(); }

    /// Say that a change is under way, and that it has come to its end.
    void begin_change() noexcept { set_changing(1); }
    void end_change() noexcept { set_changing(0); }

private:
    [[nodiscard]] SharedLayout::Header& own_header() noexcept {
        return *reinterpret_cast<SharedLayout::Header*>(memory_.data());
    }
    // A process that dies between two stores has done the first: only the compiler could turn them
    // round.
    void set_changing(std::uint32_t value) noexcept {
        std::atomic_signal_fence(std::memory_order_seq_cst);
        own_header().changing.store(value, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    [[nodiscard]] SharedMemory* pool() noexcept {
        auto* place = memory_.data() + SharedLayout::pool_offset(own_header().entries);
        return reinterpret_cast<SharedMemory*>(place);
    }
    template <class T, class... Initial>
    void construct(T* place, Initial&&... initial) {
        if constexpr (SharedType<T>::kind == SharedKind::Value)
            new (place) T{std::forward<Initial>(initial)...};
        else
            new (place) T(std::forward<Initial>(initial)..., typename T::allocator_type{pool()});
    }
    [[nodiscard]] Entry& free_entry(std::string_view name) {
        if (name.empty() || name.size() > SharedLayout::longest_name)
            throw Error{Errc::InvalidArgument,
                        label() + ": \"" + std::string{name} + "\": a name has 1 to " +
                            std::to_string(SharedLayout::longest_name) + " bytes"};
        for (const auto& entry : index())
            if (entry.name[0] == '\0') return const_cast<Entry&>(entry);
        throw Error{Errc::NoSpace, label() + ": containers: all " + std::to_string(index().size()) +
                                       " names are taken"};
    }
    template <class T>
    void enter(Entry& entry, std::string_view name, const T* object) {
        const auto type = recorded(SharedType<T>::name());
        entry = {};
        std::ranges::copy(type, entry.type);
        entry.kind = static_cast<std::uint32_t>(SharedType<T>::kind);
        entry.element = static_cast<std::uint32_t>(SharedType<T>::element);
        entry.offset =
            static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(object) - memory_.data());
        std::ranges::copy(name, entry.name);
    }

    std::span<std::byte> memory_;
};

}  // namespace bus
