// The answering end of a service: takes requests where they lie in memory that it shares with each
// client alone, changes them there, and hands them back as responses.
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
class ServerCore;  // private
}  // namespace bus

namespace [[gnu::visibility("default")]] bus {

/// How a server attaches.
struct ServerOptions {
    Waker waker = Waker::Semaphore;
    std::chrono::nanoseconds spin = usual_spin;  ///< before it sleeps
    /// Where another one serves, this one waits and takes over when that ends, instead of being
    /// refused.
    bool standby = false;
};

/// A request in this server's hands. Its memory is this server's to write until it answers; the
/// client wrote it, and can go on writing if it does not play by the rules, so its content is to be
/// judged, not trusted. Ending it without an answer refuses it with refused_unanswered.
/// Lifetime: must end before its server. Thread-safety: thread-bound, as its server.
class BytesRequest {
public:
    BytesRequest() noexcept = default;
    [[gnu::always_inline]] BytesRequest(BytesRequest&& other) noexcept { swap(other); }
    [[gnu::always_inline]] BytesRequest& operator=(BytesRequest&& other) noexcept {
        BytesRequest{std::move(other)}.swap(*this);
        return *this;
    }
    ~BytesRequest() {
        if (end_ != nullptr) give_back(end_, slot_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return end_ != nullptr; }
    /// Requires: a full request, here and below.
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    /// Bytes of the request, never more than capacity().
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// data() up to size().
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data_, size_}; }
    /// The service's maximum, bytes: so large may the response be.
    [[nodiscard]] std::size_t capacity() const noexcept { return end_->largest; }
    /// data() up to capacity().
    [[nodiscard]] std::span<std::byte> memory() const noexcept { return {data_, capacity()}; }
    /// The attachment number of its client.
    [[nodiscard]] std::uint64_t client() const noexcept;

    void swap(BytesRequest& other) noexcept {
        std::swap(end_, other.end_);
        std::swap(data_, other.data_);
        std::swap(slot_, other.slot_);
        std::swap(size_, other.size_);
    }

private:
    friend class BytesServer;
    friend class ServerCore;
    BytesRequest(ServedEnd* end, const ServedEnd::Taken& taken) noexcept
        : end_{end}, data_{taken.payload}, slot_{taken.slot}, size_{taken.size} {}
    static void give_back(ServedEnd* end, std::uint32_t slot) noexcept;

    ServedEnd* end_ = nullptr;
    std::byte* data_ = nullptr;
    std::uint32_t slot_ = 0;
    std::uint32_t size_ = 0;
};

/// Serves requests of any size up to the service's maximum, from every client in turn.
/// Thread-safety: thread-bound.
class BytesServer {
public:
    /// Attaches to a service that is there. Throws: Error NoSuchRegion, KindMismatch, AccessDenied,
    /// LimitsExceeded (also when another one serves, see ServerOptions::standby), FenceUnavailable,
    /// NoDaemon.
    BytesServer(const Connection& connection, std::string_view name,
                const ServerOptions& options = {});
    /// The same, and creates the service first when no region has this name; `service.size` is
    /// required.
    BytesServer(const Connection& connection, std::string_view name, const ServiceOptions& service,
                const ServerOptions& options = {});
    BytesServer(BytesServer&&) noexcept;
    BytesServer& operator=(BytesServer&&) noexcept;
    /// Detaches; calls that are under way come back to their clients as ServerGone.
    ~BytesServer();

    /// Takes a request, or nothing when there is none. A request may be kept while others are
    /// taken and answered.
    [[nodiscard, gnu::always_inline]] BytesRequest take() noexcept {
        if (end_->usual()) [[likely]] {
            auto* const client = end_->only;
            ServedEnd::Taken taken;
            const auto look = client->take(taken);
            if (look == ServedEnd::Look::Request) [[likely]] {
                ServerEnd::count(*end_->taken_word);
                return {client, taken};
            }
            if (look == ServedEnd::Look::Nothing && !end_->arms) return {};
        }
        return take_next();
    }
    /// Hands the request back with `size` bytes as the response. One that is larger than the
    /// service's maximum is none: then the request is refused with refused_too_large, and this is
    /// false. When the client has gone, nothing happens. Requires: a full request of this server.
    [[gnu::always_inline]] bool respond(BytesRequest&& request, std::size_t size) noexcept {
        auto* const client = std::exchange(request.end_, nullptr);
        if (!client->plain || size > client->largest) [[unlikely]]
            return respond(client, request.slot_, size);
        client->respond(request.slot_, static_cast<std::uint32_t>(size));
        ServerEnd::count(*end_->responded_word);
        if (client->client_sleeps()) [[unlikely]]
            wake(client);
        return true;
    }
    /// Refuses the request; `text` is cut to the service's maximum, and overwrites the request.
    /// Requires: as respond().
    void refuse(BytesRequest&& request, std::uint32_t code, std::string_view text = {}) noexcept {
        refuse(std::exchange(request.end_, nullptr), request.slot_, code, text);
    }
    /// Waits until take() may give something: true; false after `timeout`, or at once when the
    /// region was removed or this attachment ended (see state()). A standby waits like a server
    /// without requests, until its turn comes.
    [[nodiscard, gnu::always_inline]] bool wait_for(std::chrono::nanoseconds timeout) noexcept {
        auto looks = timeout.count() > 0 && end_->usual() ? end_->looks : 0;
        for (; looks != 0; --looks) {
            const auto look = end_->only->look();
            if (look == ServedEnd::Look::Request) return true;
            if (look == ServedEnd::Look::Unusual) break;
            relax();
        }
        return wait_longer(timeout);
    }

    /// With Waker::EventFd: readable when there may be something to take after take() gave nothing;
    /// call take() until it gives nothing before waiting. Otherwise -1.
    [[nodiscard]] int fd() const noexcept;
    /// Active, Standby, Removed when the region has ended, or Departed when the attachment has.
    [[nodiscard]] State state() noexcept;
    /// Clients that are served now.
    [[nodiscard]] std::size_t clients() noexcept;
    /// The service's largest request and response, bytes.
    [[nodiscard]] std::size_t max_size() const noexcept;
    /// This attachment's number within the region.
    [[nodiscard]] std::uint64_t id() const noexcept;

private:
    template <Payload In, Payload Out>
    friend class Server;
    BytesServer(const Connection&, std::string_view, const ServiceOptions*, std::string_view type,
                std::size_t size, const ServerOptions&);
    // What is not usual.
    [[nodiscard]] BytesRequest take_next() noexcept;
    [[nodiscard]] bool wait_longer(std::chrono::nanoseconds timeout) noexcept;
    static bool respond(ServedEnd* client, std::uint32_t slot, std::size_t size) noexcept;
    static void wake(ServedEnd* client) noexcept;
    static void refuse(ServedEnd* client, std::uint32_t slot, std::uint32_t code,
                       std::string_view text) noexcept;
    std::unique_ptr<ServerCore> core_;
    ServerEnd* end_ = nullptr;  // of core_
};

/// A request seen as an In, whose bytes become the response, an Out.
template <Payload In, Payload Out = In>
class Request {
public:
    Request() noexcept = default;
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(bytes_); }
    [[nodiscard]] In* get() const noexcept { return reinterpret_cast<In*>(bytes_.data()); }
    In& operator*() const noexcept { return *get(); }
    In* operator->() const noexcept { return get(); }
    /// The response, in the same bytes as the request.
    [[nodiscard]] Out& response() const noexcept { return *reinterpret_cast<Out*>(bytes_.data()); }
    [[nodiscard]] std::uint64_t client() const noexcept { return bytes_.client(); }

private:
    template <Payload, Payload>
    friend class Server;
    // Built in place: moving a handle that was written a moment ago costs more than taking it.
    template <class Next>
    explicit Request(Next next) noexcept : bytes_{next()} {}
    BytesRequest bytes_;
};

/// Serves requests of one type; one of another size than In's is refused with refused_wrong_size.
/// See BytesServer for what is not said here. Thread-safety: thread-bound.
template <Payload In, Payload Out = In>
class Server {
public:
    /// Throws: as BytesServer, and Error TypeMismatch.
    Server(const Connection& connection, std::string_view name, const ServerOptions& options = {})
        : bytes_{connection, name, nullptr, service_type_name<In, Out>(), largest, options} {}
    /// The same, and creates the service first when it is absent; size and type are those of In and
    /// Out, and the alignment is at least theirs.
    Server(const Connection& connection, std::string_view name, ServiceOptions service,
           const ServerOptions& options = {})
        : bytes_{connection, name, &fit(service), service.type, largest, options} {}

    [[nodiscard]] Request<In, Out> take() noexcept {
        Request<In, Out> request{[this]() noexcept { return bytes_.take(); }};
        while (request && request.bytes_.size() != sizeof(In)) [[unlikely]] {
                bytes_.refuse(std::move(request.bytes_), refused_wrong_size);
                request.bytes_ = bytes_.take();
            }
        return request;
    }
    /// Hands the request back with what is in response() now.
    void respond(Request<In, Out>&& request) noexcept {
        bytes_.respond(std::move(request.bytes_), sizeof(Out));
    }
    void respond(Request<In, Out>&& request, const Out& response) noexcept {
        request.response() = response;
        respond(std::move(request));
    }
    void refuse(Request<In, Out>&& request, std::uint32_t code,
                std::string_view text = {}) noexcept {
        bytes_.refuse(std::move(request.bytes_), code, text);
    }
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept {
        return bytes_.wait_for(timeout);
    }
    /// The untyped server underneath, for fd(), state(), clients(), id().
    [[nodiscard]] BytesServer& bytes() noexcept { return bytes_; }

private:
    static constexpr std::size_t largest = sizeof(In) < sizeof(Out) ? sizeof(Out) : sizeof(In);
    static const ServiceOptions& fit(ServiceOptions& service) {
        constexpr auto alignment = alignof(In) < alignof(Out) ? alignof(Out) : alignof(In);
        service.size = largest;
        if (service.alignment < alignment) service.alignment = alignment;
        service.type = service_type_name<In, Out>();
        return service;
    }
    BytesServer bytes_;
};

}  // namespace bus
