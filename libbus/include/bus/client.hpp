// The asking end of a service. A client shares memory with the server: it fills a request there,
// the server works on it where it lies, and the response is read in the same place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <bus/connection.hpp>
#include <bus/exchange_end.hpp>
#include <bus/payload.hpp>
#include <bus/publisher.hpp>
#include <bus/refusal.hpp>
#include <bus/region.hpp>

namespace bus {
class ClientCore;  // private
}  // namespace bus

namespace [[gnu::visibility("default")]] bus {

/// How a client attaches.
struct ClientOptions {
    Waker waker = Waker::Semaphore;
    std::chrono::nanoseconds spin = usual_spin;  ///< before it sleeps
};

/// What has come of a request.
enum class CallOutcome : std::uint32_t {
    Answered,    ///< the response is there
    Refused,     ///< by the server, with a code and a text
    TimedOut,    ///< nothing yet, or no room for the request: wait again, or give it up
    ServerGone,  ///< its server died or left; whether it had begun with it nobody knows
    TooLarge,    ///< more bytes than the service's maximum; nothing was sent
    Ended,       ///< the region was removed
};

/// In words, for messages: "answered", "server gone".
[[nodiscard]] constexpr std::string_view to_string(CallOutcome value) noexcept {
    switch (value) {
        case CallOutcome::Answered:
            return "answered";
        case CallOutcome::Refused:
            return "refused";
        case CallOutcome::TimedOut:
            return "timed out";
        case CallOutcome::ServerGone:
            return "server gone";
        case CallOutcome::TooLarge:
            return "too large";
        case CallOutcome::Ended:
            return "ended";
    }
    return "unknown";
}

/// One request from its memory to its answer, both of which lie in the same bytes. They are the
/// client's to write until send(), and again once there is an answer: then the call can be sent
/// once more, with what the response left there. Meanwhile they are the server's. Ending a call
/// that is under way gives its answer up.
/// Lifetime: must end before its client. Thread-safety: thread-bound, as its client.
class BytesCall {
public:
    BytesCall() noexcept = default;
    [[gnu::always_inline]] BytesCall(BytesCall&& other) noexcept { swap(other); }
    BytesCall& operator=(BytesCall&& other) noexcept {
        BytesCall{std::move(other)}.swap(*this);
        return *this;
    }
    [[gnu::always_inline]] ~BytesCall() {
        if (end_ != nullptr && !end_->give_back(slot_)) [[unlikely]]
            give_back(end_, slot_);
    }

    /// Whether it has memory.
    [[nodiscard]] explicit operator bool() const noexcept { return end_ != nullptr; }
    /// The memory, aligned as the service says. Requires: it has some, and is not under way.
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    /// The service's maximum, bytes. Requires: it has memory.
    [[nodiscard]] std::size_t capacity() const noexcept { return end_->largest; }
    /// data() up to capacity().
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data_, capacity()}; }

    /// Hands the first `size` bytes to the server. A request that finds no server waits for one.
    /// False when nothing was sent; outcome() says why. Requires: it has memory, and is not under
    /// way.
    [[gnu::always_inline]] bool send(std::size_t size) noexcept {
        outcome_ = CallOutcome::TimedOut;
        if (size > end_->largest || !end_->usual()) [[unlikely]] {
            outcome_ = send(end_, slot_, size);
            return outcome_ == CallOutcome::TimedOut;
        }
        end_->send(slot_, static_cast<std::uint32_t>(size));
        if (end_->server_sleeps()) [[unlikely]]
            wake_server(end_);
        return true;
    }
    /// Waits for the answer at most `timeout`; 0 looks whether it is there. Requires: it was sent.
    [[gnu::always_inline]] CallOutcome wait_for(std::chrono::nanoseconds timeout) noexcept {
        if (outcome_ != CallOutcome::TimedOut || end_ == nullptr) return outcome_;
        auto looks = timeout.count() > 0 ? end_->looks : 0;
        while (!end_->has_response(slot_)) {
            if (looks-- == 0) [[unlikely]] {
                learn(await(end_, slot_, timeout));
                return outcome_;
            }
            relax();
        }
        learn({CallOutcome::Answered, end_->response_size(slot_), 0});
        return outcome_;
    }
    /// What the last send() or wait_for() came to.
    [[nodiscard]] CallOutcome outcome() const noexcept { return outcome_; }

    /// The response, never more than capacity(); empty unless answered. Another process wrote it,
    /// so its content is to be judged, not trusted.
    [[nodiscard]] std::span<std::byte> response() const noexcept {
        return {data_, outcome_ == CallOutcome::Answered ? size_ : 0};
    }
    /// Of a refusal: the server's, or one of <bus/refusal.hpp>.
    [[nodiscard]] std::uint32_t code() const noexcept { return code_; }
    /// Of a refusal, as the server wrote it; it lies where the request did.
    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(data_), outcome_ == CallOutcome::Refused ? size_ : 0};
    }

    void swap(BytesCall& other) noexcept {
        std::swap(end_, other.end_);
        std::swap(data_, other.data_);
        std::swap(slot_, other.slot_);
        std::swap(outcome_, other.outcome_);
        std::swap(size_, other.size_);
        std::swap(code_, other.code_);
    }

private:
    friend class BytesClient;
    friend class ClientCore;
    template <Payload In, Payload Out>
    friend class Call;
    struct Lent {
        ClientEnd* end = nullptr;
        std::byte* data = nullptr;
        std::uint32_t slot = 0;
    };
    struct Answer {
        CallOutcome outcome = CallOutcome::TimedOut;
        std::uint32_t size = 0;
        std::uint32_t code = 0;
    };
    explicit BytesCall(const Lent& lent) noexcept
        : end_{lent.end}, data_{lent.data}, slot_{lent.slot} {}
    void learn(const Answer& answer) noexcept {
        outcome_ = answer.outcome;
        size_ = answer.size;
        code_ = answer.code;
    }
    // What is not usual.
    static void give_back(ClientEnd* end, std::uint32_t slot) noexcept;
    static CallOutcome send(ClientEnd* end, std::uint32_t slot, std::size_t size) noexcept;
    static void wake_server(ClientEnd* end) noexcept;
    static Answer await(ClientEnd* end, std::uint32_t slot,
                        std::chrono::nanoseconds timeout) noexcept;

    ClientEnd* end_ = nullptr;
    std::byte* data_ = nullptr;
    std::uint32_t slot_ = 0;
    CallOutcome outcome_ = CallOutcome::TimedOut;
    std::uint32_t size_ = 0;
    std::uint32_t code_ = 0;
};

/// Calls a service with requests of any size up to its maximum; several may be under way, and are
/// answered in any order.
/// When its server has gone, the client shares fresh memory with the next one: the next loan asks
/// the daemon for it, and waits for a daemon that is being started again as every attach does.
/// Thread-safety: thread-bound.
class BytesClient {
public:
    /// Attaches to a service that is there, whether or not it has a server now. Throws: Error
    /// NoSuchRegion, KindMismatch, AccessDenied, LimitsExceeded, FenceUnavailable, NoDaemon.
    BytesClient(const Connection& connection, std::string_view name,
                const ClientOptions& options = {});
    BytesClient(BytesClient&&) noexcept;
    BytesClient& operator=(BytesClient&&) noexcept;
    ~BytesClient();

    /// Memory for a request, or nothing while as many as the service's depth are under way.
    [[nodiscard]] BytesCall try_loan() noexcept { return loan({}); }
    /// The same; waits up to `timeout` for an answer to a call that was given up to make room.
    [[nodiscard, gnu::always_inline]] BytesCall loan(
        std::chrono::nanoseconds timeout = std::chrono::seconds{1}) noexcept {
        if (end_->free_count == 0 || !end_->usual()) [[unlikely]]
            return BytesCall{lend(timeout)};
        const auto slot = end_->claim();
        return BytesCall{{end_, end_->payload(slot), slot}};
    }
    /// Copies `request` into a loan, sends it and waits for the answer, all within `timeout`.
    [[nodiscard]] BytesCall call(std::span<const std::byte> request,
                                 std::chrono::nanoseconds timeout = std::chrono::seconds{
                                     1}) noexcept;

    /// Waits until one of the calls that are under way is over: true. Each of them is then to be
    /// asked by wait_for(0).
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;
    /// With Waker::EventFd: readable when a call may be over for which wait_for() said TimedOut.
    /// Otherwise -1.
    [[nodiscard]] int fd() const noexcept;

    /// Whether a server is there now.
    [[nodiscard]] bool has_server() noexcept;
    /// Active; Departed while it has no memory to share, and the next loan asks for it; Removed
    /// when the region has ended.
    [[nodiscard]] State state() noexcept;
    /// The service's largest request and response, bytes.
    [[nodiscard]] std::size_t max_size() const noexcept;
    /// This attachment's number within the region; another one after its server has gone.
    [[nodiscard]] std::uint64_t id() const noexcept;

private:
    template <Payload In, Payload Out>
    friend class Client;
    BytesClient(const Connection&, std::string_view, std::string_view type, std::size_t size,
                const ClientOptions&);
    // What is not usual.
    [[nodiscard]] BytesCall::Lent lend(std::chrono::nanoseconds timeout) noexcept;
    std::unique_ptr<ClientCore> core_;
    ClientEnd* end_ = nullptr;  // of core_, the current one
};

/// A call seen as an In, and once answered as an Out.
template <Payload In, Payload Out = In>
class Call {
public:
    Call() noexcept = default;
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(bytes_); }
    /// The request. Requires: as BytesCall::data().
    [[nodiscard]] In* get() const noexcept { return reinterpret_cast<In*>(bytes_.data()); }
    In& operator*() const noexcept { return *get(); }
    In* operator->() const noexcept { return get(); }

    bool send() noexcept { return bytes_.send(sizeof(In)); }
    /// Refused with refused_wrong_size when what came is no Out.
    CallOutcome wait_for(std::chrono::nanoseconds timeout) noexcept {
        bytes_.wait_for(timeout);
        check();
        return bytes_.outcome();
    }
    [[nodiscard]] CallOutcome outcome() const noexcept { return bytes_.outcome(); }
    [[nodiscard]] bool answered() const noexcept { return outcome() == CallOutcome::Answered; }
    /// Requires: answered().
    [[nodiscard]] Out& response() const noexcept { return *reinterpret_cast<Out*>(bytes_.data()); }
    [[nodiscard]] std::uint32_t code() const noexcept { return bytes_.code(); }
    [[nodiscard]] std::string_view text() const noexcept { return bytes_.text(); }

private:
    template <Payload, Payload>
    friend class Client;
    // Built in place: moving a handle that was written a moment ago costs more than lending it.
    template <class Next>
    explicit Call(Next next) noexcept : bytes_{next()} {
        check();
    }
    void check() noexcept {
        if (answered() && bytes_.size_ != sizeof(Out)) [[unlikely]]
            bytes_.learn({CallOutcome::Refused, 0, refused_wrong_size});
    }
    BytesCall bytes_;
};

/// Calls a service that takes an In and gives an Out. See BytesClient for what is not said here.
/// Thread-safety: thread-bound.
template <Payload In, Payload Out = In>
class Client {
public:
    /// Throws: as BytesClient, and Error TypeMismatch.
    Client(const Connection& connection, std::string_view name, const ClientOptions& options = {})
        : bytes_{connection, name, service_type_name<In, Out>(),
                 sizeof(In) < sizeof(Out) ? sizeof(Out) : sizeof(In), options} {}

    [[nodiscard]] Call<In, Out> try_loan() noexcept {
        return Call<In, Out>{[this]() noexcept { return bytes_.try_loan(); }};
    }
    [[nodiscard]] Call<In, Out> loan(std::chrono::nanoseconds timeout = std::chrono::seconds{
                                         1}) noexcept {
        return Call<In, Out>{[&]() noexcept { return bytes_.loan(timeout); }};
    }
    [[nodiscard]] Call<In, Out> call(const In& request,
                                     std::chrono::nanoseconds timeout = std::chrono::seconds{
                                         1}) noexcept {
        return Call<In, Out>{[&]() noexcept {
            return bytes_.call(std::as_bytes(std::span{&request, 1}), timeout);
        }};
    }
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept {
        return bytes_.wait_for(timeout);
    }
    /// The untyped client underneath, for fd(), state(), has_server(), id().
    [[nodiscard]] BytesClient& bytes() noexcept { return bytes_; }

private:
    BytesClient bytes_;
};

}  // namespace bus
