// The writing end of a topic. A publisher owns a ring that nobody else can ever write; it lends a
// slot, the application fills it in place, and publishing it is one store.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include <bus/connection.hpp>
#include <bus/payload.hpp>
#include <bus/region.hpp>
#include <bus/ring_end.hpp>

namespace bus {
class PublisherCore;  // private
}

namespace [[gnu::visibility("default")]] bus {

/// What wakes an attachment that sleeps.
enum class Waker {
    Semaphore,  ///< a named POSIX semaphore; the cheaper one
    EventFd,    ///< a descriptor for epoll, sd-event, asio, GLib or Qt; see fd()
};

/// How long a wait spins before it sleeps, unless an option says otherwise. It is about what a
/// wake-up takes, so that a wait in vain costs no more than a sleep would have, at any gap between
/// messages: measured in tests/bench/RESULTS.md. Zero leaves the core to others at once; longer
/// than the gaps, and nobody ever sleeps.
inline constexpr std::chrono::nanoseconds usual_spin = std::chrono::microseconds{20};

/// What publish() writes into a sample's time.
enum class Clock {
    None,       ///< nothing: reading a clock costs more than publishing
    Monotonic,  ///< CLOCK_MONOTONIC, nanoseconds
};

/// What publish(bytes) came to.
enum class Outcome {
    Published,  ///< subscribers can take it
    Full,       ///< no room within the timeout; nothing was published
    TooLarge,   ///< more bytes than the topic's maximum; nothing was published
    Ended,      ///< the region was removed; nothing was published
};

/// How a publisher attaches.
struct PublisherOptions {
    Waker waker = Waker::Semaphore;
    Clock clock = Clock::None;
    std::chrono::nanoseconds spin = usual_spin;  ///< before it sleeps
};

/// A slot lent to its publisher and seen by nobody else yet. Its bytes are what the slot last held.
/// Destroying a loan that was not published gives it back: subscribers pass over it.
/// Lifetime: must end before its publisher. Thread-safety: thread-bound, as its publisher.
class BytesLoan {
public:
    BytesLoan() noexcept = default;
    [[gnu::always_inline]] BytesLoan(BytesLoan&& other) noexcept { swap(other); }
    [[gnu::always_inline]] BytesLoan& operator=(BytesLoan&& other) noexcept {
        BytesLoan{std::move(other)}.swap(*this);
        return *this;
    }
    ~BytesLoan() {
        if (data_ != nullptr) give_back(core_, data_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }
    /// The payload memory, aligned as the topic says. Requires: a full loan.
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    /// The topic's maximum, bytes. Requires: a full loan.
    [[nodiscard]] std::size_t capacity() const noexcept;
    /// data() up to capacity().
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data_, capacity()}; }

    void swap(BytesLoan& other) noexcept {
        std::swap(core_, other.core_);
        std::swap(data_, other.data_);
    }

private:
    friend class BytesPublisher;
    // Handles are made and ended inline, out of values in registers: in memory they would cost as
    // much as the rest of a publish.
    BytesLoan(PublisherCore* core, std::byte* data) noexcept : core_{core}, data_{data} {}
    static void give_back(PublisherCore* core, std::byte* data) noexcept;

    PublisherCore* core_ = nullptr;
    std::byte* data_ = nullptr;
};

/// Publishes payloads of any size up to the topic's maximum.
/// Thread-safety: thread-bound.
class BytesPublisher {
public:
    /// Attaches to a topic that is there. Throws: Error NoSuchRegion, KindMismatch, AccessDenied,
    /// LimitsExceeded, FenceUnavailable, NoDaemon.
    BytesPublisher(const Connection& connection, std::string_view name,
                   const PublisherOptions& options = {});
    /// The same, and creates the topic first when no region has this name; `topic.size` is
    /// required.
    BytesPublisher(const Connection& connection, std::string_view name, const TopicOptions& topic,
                   const PublisherOptions& options = {});
    BytesPublisher(BytesPublisher&&) noexcept;
    BytesPublisher& operator=(BytesPublisher&&) noexcept;
    /// Detaches; what was published can still be taken.
    ~BytesPublisher();

    /// Lends the next slot, or nothing when there is no room.
    [[nodiscard, gnu::always_inline]] BytesLoan try_loan() noexcept {
        auto* lent = end_->lend();
        if (lent == nullptr) [[unlikely]]
            lent = try_lend();
        return {core_.get(), lent};
    }
    /// Lends the next slot; waits for room up to `timeout`. Nothing when there was none, or when
    /// the region has ended (see state()).
    [[nodiscard, gnu::always_inline]] BytesLoan loan(
        std::chrono::nanoseconds timeout = std::chrono::seconds{1}) noexcept {
        auto* lent = end_->lend();
        if (lent == nullptr) [[unlikely]]
            lent = lend(timeout);
        return {core_.get(), lent};
    }
    /// Hands a loan over with its first `size` bytes; a larger `size` is cut to the loan's
    /// capacity. Loans become visible in the order in which they were lent. Requires: a full loan
    /// of this publisher.
    [[gnu::always_inline]] void publish(BytesLoan&& loan, std::size_t size) noexcept {
        auto* const data = std::exchange(loan.data_, nullptr);
        if (!end_->publish(data, size)) [[unlikely]]
            return hand_over(data, size);
        if (end_->somebody_waits()) [[unlikely]]
            wake();
    }
    /// Copies `payload` into a slot and publishes it; waits for room up to `timeout`.
    Outcome publish(std::span<const std::byte> payload,
                    std::chrono::nanoseconds timeout = std::chrono::seconds{1}) noexcept;

    /// With Waker::EventFd: readable when a slot may have become free after try_loan() gave
    /// nothing; call try_loan() until it gives nothing before waiting. Otherwise -1.
    [[nodiscard]] int fd() const noexcept;
    /// Active, or Removed when the region has ended.
    [[nodiscard]] State state() noexcept;
    /// Subscribers that take from this publisher now; what it publishes from here on reaches them.
    [[nodiscard]] std::size_t subscribers() noexcept;
    /// The topic's largest payload, bytes.
    [[nodiscard]] std::size_t max_size() const noexcept;
    /// This attachment's number within the region.
    [[nodiscard]] std::uint64_t id() const noexcept;

private:
    template <Payload T>
    friend class Publisher;
    // What is not usual; null: nothing.
    [[nodiscard]] std::byte* try_lend() noexcept;
    [[nodiscard]] std::byte* lend(std::chrono::nanoseconds timeout) noexcept;
    void hand_over(std::byte* data, std::size_t size) noexcept;
    void wake() noexcept;
    BytesPublisher(const Connection&, std::string_view, const TopicOptions*, std::string_view type,
                   std::size_t size, const PublisherOptions&);
    std::unique_ptr<PublisherCore> core_;
    PublisherEnd* end_ = nullptr;  // of core_
};

/// A loan seen as a T; behaves like unique_ptr.
template <Payload T>
class Loan {
public:
    Loan() noexcept = default;
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(bytes_); }
    [[nodiscard]] T* get() const noexcept { return reinterpret_cast<T*>(bytes_.data()); }
    T& operator*() const noexcept { return *get(); }
    T* operator->() const noexcept { return get(); }

private:
    template <Payload>
    friend class Publisher;
    // Built in place: moving a handle that was written a moment ago costs more than lending it.
    template <class Next>
    explicit Loan(Next next) noexcept : bytes_{next()} {}
    BytesLoan bytes_;
};

/// Publishes values of one type. See BytesPublisher for what is not said here.
/// Thread-safety: thread-bound.
template <Payload T>
class Publisher {
public:
    /// Attaches to a topic of type T. Throws: as BytesPublisher, and Error TypeMismatch.
    Publisher(const Connection& connection, std::string_view name,
              const PublisherOptions& options = {})
        : bytes_{connection, name, nullptr, type_name<T>(), sizeof(T), options} {}
    /// The same, and creates the topic first when it is absent; size and type are those of T, and
    /// the alignment is at least that of T.
    Publisher(const Connection& connection, std::string_view name, TopicOptions topic,
              const PublisherOptions& options = {})
        : bytes_{connection, name, &fit(topic), type_name<T>(), sizeof(T), options} {}

    [[nodiscard]] Loan<T> try_loan() noexcept {
        return Loan<T>{[this]() noexcept { return bytes_.try_loan(); }};
    }
    [[nodiscard]] Loan<T> loan(std::chrono::nanoseconds timeout = std::chrono::seconds{
                                   1}) noexcept {
        return Loan<T>{[this, timeout]() noexcept { return bytes_.loan(timeout); }};
    }
    void publish(Loan<T>&& loan) noexcept { bytes_.publish(std::move(loan.bytes_), sizeof(T)); }
    Outcome publish(const T& value,
                    std::chrono::nanoseconds timeout = std::chrono::seconds{1}) noexcept {
        return bytes_.publish(std::as_bytes(std::span{&value, 1}), timeout);
    }
    /// The untyped publisher underneath, for fd(), state(), subscribers(), id().
    [[nodiscard]] BytesPublisher& bytes() noexcept { return bytes_; }

private:
    static const TopicOptions& fit(TopicOptions& topic) {
        topic.size = sizeof(T);
        if (topic.alignment < alignof(T)) topic.alignment = alignof(T);
        topic.type = type_name<T>();
        return topic;
    }
    BytesPublisher bytes_;
};

}  // namespace bus
