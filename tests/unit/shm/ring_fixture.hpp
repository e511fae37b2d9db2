// A topic in one process: one publisher and its subscribers over heap memory of exactly the
// segments' sizes, so that the address sanitizer sees every step outside. The roster and the
// daemon's part are played by `peers`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "shm/derive.hpp"
#include "shm/format.hpp"
#include "shm/peers.hpp"
#include "shm/ring_reader.hpp"
#include "shm/ring_writer.hpp"

namespace bus::shm {

// Zeroed, page-aligned, freed in the end.
class Memory {
public:
    explicit Memory(std::size_t bytes)
        : data_{static_cast<std::byte*>(::operator new (bytes, std::align_val_t{4096}))},
          bytes_{bytes} {
        std::memset(data_.get(), 0, bytes);
    }
    [[nodiscard]] std::byte* data() const noexcept { return data_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
    [[nodiscard]] bool contains(const std::byte* from, std::size_t bytes) const noexcept {
        return from >= data() && from + bytes <= data() + size();
    }

private:
    struct Free {
        void operator()(std::byte* data) const noexcept {
            ::operator delete (data, std::align_val_t{4096});
        }
    };
    std::unique_ptr<std::byte, Free> data_;
    std::size_t bytes_;
};

// Small rings that any test can reason about; a test says what it changes.
[[nodiscard]] inline abi::Shape small_topic(Overflow overflow) {
    abi::Shape options;
    options.size = 48;
    options.slots = overflow == Overflow::Block ? 8 : 2;  // 2: as few as the holds allow
    options.overflow = overflow;
    options.leading = 1;
    options.following = 2;
    options.holds = 2;
    options.fence = Fence::Full;  // needs no registration
    return options;
}

// One subscriber: its segment and its reader.
class TestReader {
public:
    TestReader(std::uint64_t id, const abi::Geometry& geometry, const std::byte* publisher,
               std::uint64_t publisher_id)
        : memory_{geometry.subscriber_bytes()},
          id_{id},
          geometry_{geometry},
          ring_{publisher, lane_place(), geometry, publisher_id} {
        format_subscriber(memory_.data(), geometry, id);
    }
    TestReader(const TestReader&) = delete;
    TestReader& operator=(const TestReader&) = delete;

    // The value of the next sample, which stays held; nothing when there is none.
    std::optional<std::uint64_t> take() { return keep(ring_.take()); }
    std::optional<std::uint64_t> latest() { return keep(ring_.latest()); }
    // The value of the next sample, given back at once.
    std::optional<std::uint64_t> pass() {
        const auto value = take();
        if (value) release_newest();
        return value;
    }
    // All values that are there, given back at once.
    std::vector<std::uint64_t> pass_all() {
        std::vector<std::uint64_t> values;
        while (const auto value = pass()) values.push_back(*value);
        return values;
    }
    void release_newest() { release(held_.size() - 1); }
    // Gives back the `which`-th of what it holds, counted from the oldest.
    void release(std::size_t which) {
        ring_.release(held_[which].hold);
        held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(which));
    }
    void release_all() {
        while (!held_.empty()) release_newest();
    }

    [[nodiscard]] const std::vector<RingReader::Taken>& held() const { return held_; }
    [[nodiscard]] RingReader& ring() { return ring_; }
    [[nodiscard]] abi::LaneHead& lane() {
        return *std::launder(reinterpret_cast<abi::LaneHead*>(lane_place()));
    }
    [[nodiscard]] std::span<abi::Word> holds() {
        return {reinterpret_cast<abi::Word*>(&lane() + 1), geometry_.holds};
    }
    [[nodiscard]] abi::SubscriberHeader& header() {
        return *std::launder(reinterpret_cast<abi::SubscriberHeader*>(memory_.data()));
    }
    [[nodiscard]] abi::Sleep& sleep() { return abi::sleep_of(header(), id_); }
    // How a publisher sees it.
    [[nodiscard]] SubscriberView view(Waker* waker = nullptr) {
        SubscriberView view;
        view.lane = &lane();
        view.holds = holds().data();
        view.epoch = &sleep().epoch;
        view.waker = waker;
        view.id = id_;
        return view;
    }

private:
    [[nodiscard]] std::byte* lane_place() { return memory_.data() + sizeof(abi::SubscriberHeader); }
    std::optional<std::uint64_t> keep(const RingReader::Taken& taken) {
        if (taken.payload == nullptr) return std::nullopt;
        held_.push_back(taken);
        std::uint64_t value = 0;
        std::memcpy(&value, taken.payload, sizeof value);
        return value;
    }

    Memory memory_;
    std::uint64_t id_;
    abi::Geometry geometry_;
    RingReader ring_;
    std::vector<RingReader::Taken> held_;
};

class TestPeers final : public Peers {
public:
    std::vector<SubscriberView> views;
    bool all_open = true;
    std::function<void()> when_looked_at;  // what another process does between two looks

    std::span<SubscriberView> current() noexcept override {
        if (when_looked_at) when_looked_at();
        return views;
    }
    [[nodiscard]] bool complete() const noexcept override { return all_open; }
};

class TestTopic {
public:
    static constexpr std::uint64_t publisher_id = 7;
    using Start = RingReader::Start;

    explicit TestTopic(const abi::Shape& options)
        : geometry{derive_geometry(options, std::uint64_t{1} << 30)},
          segment{geometry.publisher_bytes()},
          writer{formatted(), geometry, publisher_id} {}
    TestTopic(const TestTopic&) = delete;
    TestTopic& operator=(const TestTopic&) = delete;

    // A subscriber that the publisher sees from now on.
    TestReader& join(Start start) {
        auto& reader = make_reader();
        reader.ring().bind(start);
        peers.views.push_back(reader.view());
        return reader;
    }
    // A subscriber that the publisher does not see and that has chosen no sequence yet.
    TestReader& make_reader() {
        readers_.push_back(
            std::make_unique<TestReader>(++last_id_, geometry, segment.data(), publisher_id));
        return *readers_.back();
    }

    // The value fills the whole payload, so that a torn sample shows. False: no room.
    bool publish(std::uint64_t value) {
        const auto claim = writer.claim(peers);
        if (claim.sequence == 0) return false;
        publish(claim, value);
        return true;
    }
    void publish(const RingWriter::Claim& claim, std::uint64_t value) {
        fill(claim.payload, value);
        writer.publish(claim.payload, claim.sequence, static_cast<std::uint32_t>(geometry.size),
                       1000 + value);
    }
    // Publishes first, first + 1, ... until there is no room; answers how many.
    std::uint64_t publish_all(std::uint64_t first) {
        std::uint64_t count = 0;
        while (count < 1000 && publish(first + count)) ++count;
        return count;
    }
    [[nodiscard]] RingWriter::Claim loan() { return writer.claim(peers); }
    // False: no room.
    bool drop() {
        const auto claim = writer.claim(peers);
        if (claim.sequence == 0) return false;
        writer.give_back(claim.payload, claim.sequence);
        return true;
    }

    void fill(std::byte* payload, std::uint64_t value) const {
        for (std::size_t at = 0; at + sizeof value <= geometry.size; at += sizeof value)
            std::memcpy(payload + at, &value, sizeof value);
    }
    // Every word of the payload is `value`.
    [[nodiscard]] bool intact(const std::byte* payload, std::uint64_t value) const {
        for (std::size_t at = 0; at + sizeof value <= geometry.size; at += sizeof value)
            if (std::memcmp(payload + at, &value, sizeof value) != 0) return false;
        return true;
    }
    [[nodiscard]] abi::PublisherHeader& header() {
        return *std::launder(reinterpret_cast<abi::PublisherHeader*>(segment.data()));
    }
    [[nodiscard]] abi::SlotHeader& slot(std::uint64_t sequence) {
        return *std::launder(reinterpret_cast<abi::SlotHeader*>(
            segment.data() + geometry.payload_offset(sequence) - sizeof(abi::SlotHeader)));
    }

    abi::Geometry geometry;
    Memory segment;
    TestPeers peers;
    RingWriter writer;

private:
    std::byte* formatted() {
        format_publisher(segment.data(), geometry, publisher_id);
        return segment.data();
    }
    std::vector<std::unique_ptr<TestReader>> readers_;
    std::uint64_t last_id_ = 100;
};

}  // namespace bus::shm
