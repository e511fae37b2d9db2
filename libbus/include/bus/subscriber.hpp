// The reading end of a topic: borrows samples where they lie in their publishers' memory, which it
// can only read.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <bus/connection.hpp>
#include <bus/payload.hpp>
#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/ring_end.hpp>

namespace bus {
class SubscriberCore;  // private
}

namespace [[gnu::visibility("default")]] bus {

/// How a subscriber attaches.
struct SubscriberOptions {
    Waker waker = Waker::Semaphore;
    std::chrono::nanoseconds spin = usual_spin;  ///< before it sleeps
};

/// A published slot, borrowed read-only. While it lives its publisher does not reuse the slot; what
/// it points to was written by another process, so its content is to be judged, not trusted.
/// Lifetime: must end before its subscriber. Thread-safety: thread-bound, as its subscriber.
class BytesSample {
public:
    BytesSample() noexcept = default;
    [[gnu::always_inline]] BytesSample(BytesSample&& other) noexcept { swap(other); }
    [[gnu::always_inline]] BytesSample& operator=(BytesSample&& other) noexcept {
        BytesSample{std::move(other)}.swap(*this);
        return *this;
    }
    [[gnu::always_inline]] ~BytesSample() {
        if (data_ != nullptr) give_back();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }
    [[nodiscard]] const std::byte* data() const noexcept { return data_; }
    /// Bytes, never more than the topic's maximum.
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::uint32_t>(size_and_place_);
    }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size()}; }
    /// The publisher's count, from 1; gaps are loans given back or samples missed. Requires: a full
    /// sample, here and below.
    [[nodiscard]] std::uint64_t sequence() const noexcept;
    /// CLOCK_MONOTONIC nanoseconds at publish, or 0 when the publisher's clock is Clock::None.
    [[nodiscard]] std::uint64_t time() const noexcept;
    /// The attachment number of its publisher.
    [[nodiscard]] std::uint64_t publisher() const noexcept;

    void swap(BytesSample& other) noexcept {
        std::swap(end_, other.end_);
        std::swap(data_, other.data_);
        std::swap(size_and_place_, other.size_and_place_);
    }

private:
    friend class SubscriberCore;
    friend class BytesSubscriber;
    // What the library lends: fits into registers, as a handle in memory would not.
    struct Lent {
        const std::byte* data = nullptr;
        std::uint64_t size_and_place = 0;
    };
    BytesSample(SubscriberEnd* end, const Lent& lent) noexcept
        : end_{end}, data_{lent.data}, size_and_place_{lent.size_and_place} {}
    // Handles are made and ended inline, out of values in registers: in memory they would cost as
    // much as the rest of a take.
    void give_back() noexcept {
        auto* const lane = end_->lane;
        if (lane == nullptr || !lane->take_back(data_)) [[unlikely]]
            return release(end_, place());
        if (lane->publisher_sleeps()) [[unlikely]]
            wake_publisher(end_, place());
    }
    static void release(SubscriberEnd* end, std::uint32_t place) noexcept;  // what is not usual
    static void wake_publisher(SubscriberEnd* end, std::uint32_t place) noexcept;
    [[nodiscard]] std::uint32_t place() const noexcept {
        return static_cast<std::uint32_t>(size_and_place_ >> 32);
    }

    SubscriberEnd* end_ = nullptr;
    const std::byte* data_ = nullptr;
    std::uint64_t size_and_place_ = 0;  // bytes; above 2^32, which lane and which of its holds
};

/// Takes payloads of any size from every publisher of a topic, fairly, each publisher's in order.
/// Thread-safety: thread-bound.
class BytesSubscriber {
public:
    /// Attaches to a topic that is there; starts at what its history keeps. Throws: Error
    /// NoSuchRegion, KindMismatch, AccessDenied, LimitsExceeded, FenceUnavailable, NoDaemon.
    BytesSubscriber(const Connection& connection, std::string_view name,
                    const SubscriberOptions& options = {});
    BytesSubscriber(BytesSubscriber&&) noexcept;
    BytesSubscriber& operator=(BytesSubscriber&&) noexcept;
    ~BytesSubscriber();

    /// Borrows the next sample, or nothing when there is none, or when every publisher that has one
    /// already lends this subscriber as many as the topic's holds.
    [[nodiscard, gnu::always_inline]] BytesSample take() noexcept {
        if (end_->usual()) [[likely]] {
            auto* const lane = end_->lane;
            const auto look = lane->take();
            if (look == LaneEnd::Look::Sample) [[likely]]
                return {end_, {lane->lent, lane->size_and_place}};
            if (look == LaneEnd::Look::Nothing) return {};
        }
        return {end_, lend_next()};
    }
    /// Borrows a publisher's newest sample and passes over its older ones; publishers in turn.
    [[nodiscard]] BytesSample latest() noexcept { return {end_, lend_latest()}; }
    /// Waits until take() may give something: true; false after `timeout`, or at once when this
    /// subscriber was evicted or the region removed (see state()). It spins before it sleeps, and
    /// rests between its looks, so it sees a sample sooner than a loop around take(): each look
    /// takes the line that is waited for away from the publisher that is about to write it.
    [[nodiscard, gnu::always_inline]] bool wait_for(std::chrono::nanoseconds timeout) noexcept {
        if (timeout.count() > 0 && end_->usual() && end_->look_often()) [[likely]]
            return true;
        return wait_longer(timeout);
    }

    /// With Waker::EventFd: readable when there may be something to take after take() gave nothing;
    /// call take() until it gives nothing before waiting. Otherwise -1.
    [[nodiscard]] int fd() const noexcept;
    /// Active, Evicted, or Removed when the region has ended. A sample held when a lossless topic
    /// evicts its subscriber may change under it.
    [[nodiscard]] State state() noexcept;
    /// Samples overwritten before this subscriber took them.
    [[nodiscard]] std::uint64_t missed() const noexcept;
    /// Publishers that are active now.
    [[nodiscard]] std::size_t publishers() noexcept;
    /// The topic's largest payload, bytes.
    [[nodiscard]] std::size_t max_size() const noexcept;
    /// This attachment's number within the region.
    [[nodiscard]] std::uint64_t id() const noexcept;

private:
    template <Payload T>
    friend class Subscriber;
    [[nodiscard]] BytesSample::Lent lend_next() noexcept;  // what is not usual
    [[nodiscard]] BytesSample::Lent lend_latest() noexcept;
    [[nodiscard]] bool wait_longer(std::chrono::nanoseconds timeout) noexcept;
    BytesSubscriber(const Connection&, std::string_view, std::string_view type, std::size_t size,
                    const SubscriberOptions&);
    std::unique_ptr<SubscriberCore> core_;
    SubscriberEnd* end_ = nullptr;  // of core_
};

/// A sample seen as a const T; behaves like unique_ptr.
template <Payload T>
class Sample {
public:
    Sample() noexcept = default;
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(bytes_); }
    [[nodiscard]] const T* get() const noexcept {
        return reinterpret_cast<const T*>(bytes_.data());
    }
    const T& operator*() const noexcept { return *get(); }
    const T* operator->() const noexcept { return get(); }
    [[nodiscard]] std::uint64_t sequence() const noexcept { return bytes_.sequence(); }
    [[nodiscard]] std::uint64_t time() const noexcept { return bytes_.time(); }
    [[nodiscard]] std::uint64_t publisher() const noexcept { return bytes_.publisher(); }

private:
    template <Payload>
    friend class Subscriber;
    // Built in place: moving a handle that was written a moment ago costs more than taking it.
    template <class Next>
    explicit Sample(Next next) noexcept : bytes_{next()} {}
    BytesSample bytes_;
};

/// Takes values of one type; a sample of another size than T's is passed over.
/// See BytesSubscriber for what is not said here. Thread-safety: thread-bound.
template <Payload T>
class Subscriber {
public:
    /// Attaches to a topic of type T. Throws: as BytesSubscriber, and Error TypeMismatch.
    Subscriber(const Connection& connection, std::string_view name,
               const SubscriberOptions& options = {})
        : bytes_{connection, name, type_name<T>(), sizeof(T), options} {}

    [[nodiscard]] Sample<T> take() noexcept {
        return fitting([this]() noexcept { return bytes_.take(); });
    }
    [[nodiscard]] Sample<T> latest() noexcept {
        return fitting([this]() noexcept { return bytes_.latest(); });
    }
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept {
        return bytes_.wait_for(timeout);
    }
    [[nodiscard]] std::uint64_t missed() const noexcept { return bytes_.missed(); }
    /// The untyped subscriber underneath, for fd(), state(), publishers(), id().
    [[nodiscard]] BytesSubscriber& bytes() noexcept { return bytes_; }

private:
    template <class Next>
    Sample<T> fitting(Next next) noexcept {
        Sample<T> sample{next};
        while (sample && sample.bytes_.size() != sizeof(T)) [[unlikely]] sample.bytes_ = next();
        return sample;
    }
    BytesSubscriber bytes_;
};

}  // namespace bus
