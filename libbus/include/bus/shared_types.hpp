// What can stand in a region by name: values, strings, vectors and maps whose memory is the
// region's own and whose references hold wherever the region is mapped. Boost.Interprocess's
// containers, with an allocator that says bus::Error when the region is full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/interprocess/containers/map.hpp>
#include <boost/interprocess/containers/string.hpp>
#include <boost/interprocess/containers/vector.hpp>
#include <boost/interprocess/managed_external_buffer.hpp>
#include <boost/interprocess/offset_ptr.hpp>

#include <bus/error.hpp>
#include <bus/payload.hpp>

namespace [[gnu::visibility("default")]] bus {

/// The part of a region that containers take their memory from. It has no mutex: the region's lock
/// serves.
using SharedMemory = boost::interprocess::managed_external_buffer::segment_manager;

/// Takes the memory of containers from the region that they are in. Throws: Error NoSpace where
/// there is none left; what stands there is then as it was.
template <class T>
class SharedAllocator {
public:
    using value_type = T;
    using pointer = boost::interprocess::offset_ptr<T>;
    using const_pointer = boost::interprocess::offset_ptr<const T>;
    using void_pointer = boost::interprocess::offset_ptr<void>;
    using const_void_pointer = boost::interprocess::offset_ptr<const void>;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;

    explicit SharedAllocator(SharedMemory* memory) noexcept : memory_{memory} {}
    template <class Other>
    SharedAllocator(const SharedAllocator<Other>& other) noexcept : memory_{other.memory()} {}

    [[nodiscard]] pointer allocate(size_type count) {
        void* place = nullptr;
        if (count <= memory_->get_size() / sizeof(T)) place = obtain(count * sizeof(T));
        if (place == nullptr)
            throw Error{Errc::NoSpace, "containers: no room for " + std::to_string(count) + " of " +
                                           std::to_string(sizeof(T)) + " bytes: " +
                                           std::to_string(memory_->get_free_memory()) + " of " +
                                           std::to_string(memory_->get_size()) + " bytes are free"};
        return pointer{static_cast<T*>(place)};
    }
    void deallocate(const pointer& place, size_type) noexcept {
        memory_->deallocate(boost::interprocess::ipcdetail::to_raw_pointer(place));
    }
    [[nodiscard]] SharedMemory* memory() const noexcept { return memory_.get(); }

    template <class Other>
    friend bool operator==(const SharedAllocator& one,
                           const SharedAllocator<Other>& other) noexcept {
        return one.memory() == other.memory();
    }

private:
    [[nodiscard]] void* obtain(size_type bytes) {
        if (alignof(T) <= SharedMemory::memory_algorithm::Alignment)
            return memory_->allocate(bytes, std::nothrow);
        return memory_->allocate_aligned(bytes, alignof(T), std::nothrow);
    }

    boost::interprocess::offset_ptr<SharedMemory> memory_;
};

/// A string in a region.
using SharedString =
    boost::interprocess::basic_string<char, std::char_traits<char>, SharedAllocator<char>>;

/// Orders keys; strings also against std::string_view, so that a lookup needs no string in the
/// region.
struct SharedLess {
    using is_transparent = void;
    template <class One, class Other>
    [[nodiscard]] bool operator()(const One& one, const Other& other) const {
        return std::less<>{}(plain(one), plain(other));
    }

private:
    [[nodiscard]] static std::string_view plain(const SharedString& text) {
        return {text.data(), text.size()};
    }
    template <class Key>
    [[nodiscard]] static const Key& plain(const Key& key) {
        return key;
    }
};

/// A vector in a region.
template <class T>
using SharedVector = boost::interprocess::vector<T, SharedAllocator<T>>;

/// An ordered map in a region.
template <class Key, class Value>
using SharedMap =
    boost::interprocess::map<Key, Value, SharedLess, SharedAllocator<std::pair<const Key, Value>>>;

/// What kind of object stands under a name.
enum class SharedKind : std::uint32_t { Value = 1, String = 2, Vector = 3, Map = 4 };

[[nodiscard]] constexpr std::string_view to_string(SharedKind value) noexcept {
    switch (value) {
        case SharedKind::Value:
            return "value";
        case SharedKind::String:
            return "string";
        case SharedKind::Vector:
            return "vector";
        case SharedKind::Map:
            return "map";
    }
    return "unknown";
}

/// What is recorded of a type beside its objects, so that nobody takes one for another: of a
/// payload, a string, and vectors and maps of these.
template <class T>
struct SharedType {
    static_assert(Payload<T>, "no such thing can stand in a region: pointers would not hold");
    static constexpr SharedKind kind = SharedKind::Value;
    static constexpr std::size_t element = sizeof(T);
    [[nodiscard]] static std::string name() { return std::string{type_name<T>()}; }
};
template <>
struct SharedType<SharedString> {
    static constexpr SharedKind kind = SharedKind::String;
    static constexpr std::size_t element = 1;
    [[nodiscard]] static std::string name() { return "string"; }
};
template <class T>
struct SharedType<SharedVector<T>> {
    static constexpr SharedKind kind = SharedKind::Vector;
    static constexpr std::size_t element = sizeof(T);
    [[nodiscard]] static std::string name() { return "vector<" + SharedType<T>::name() + ">"; }
};
template <class Key, class Value>
struct SharedType<SharedMap<Key, Value>> {
    static constexpr SharedKind kind = SharedKind::Map;
    static constexpr std::size_t element = sizeof(std::pair<const Key, Value>);
    [[nodiscard]] static std::string name() {
        return "map<" + SharedType<Key>::name() + ", " + SharedType<Value>::name() + ">";
    }
};

}  // namespace bus
