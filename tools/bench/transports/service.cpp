// A service of this bus: the request is written where the server reads it, and the response where
// the request lay. Both sides spin. A round is a call and its answer; in a stream calls are kept
// under way, and their answers are empty.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <bus/client.hpp>
#include <bus/error.hpp>
#include <bus/region.hpp>
#include <bus/server.hpp>

#include "bench/payload.hpp"
#include "bench/rally.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

class ServiceLink {
public:
    ServiceLink(Scene& scene, std::size_t size)
        : scene_{scene}, size_{size}, depth_{std::clamp<std::size_t>((1 << 20) / size, 8, 256)} {
        const auto name = scene.label() + "/call";
        if (scene.first()) scene.bus().create_service(name, options());
        scene.partner().meet();
        if (scene.first())
            client_.emplace(scene.bus(), name, bus::ClientOptions{.spin = 1s});
        else
            server_.emplace(scene.bus(), name, bus::ServerOptions{.spin = 1s});
        calls_.resize(scene.first() ? depth_ : 0);
        scene.partner().meet();
    }
    ServiceLink(const ServiceLink&) = delete;
    ServiceLink& operator=(const ServiceLink&) = delete;
    ~ServiceLink() {
        calls_.clear();
        client_.reset();
        if (!scene_.first()) return;
        try {
            scene_.bus().remove(scene_.label() + "/call");
        } catch (const bus::Error&) {  // the next row's create says what is wrong
        }
    }

    void send(std::uint64_t number) noexcept {
        if (!scene_.first()) return answer(number);
        auto& call = calls_[number % depth_];
        if (call) await(call);
        while (!call) call = client_->loan();
        write_payload(call.data(), size_, number);
        call.send(size_);
    }

    [[nodiscard]] bool receive(std::uint64_t number) noexcept {
        if (!scene_.first()) return take_next(number);
        const auto& call = await(calls_[number % depth_]);
        return call.response().size() == size_ && holds(call.response().data(), size_, number);
    }

    void stream(std::uint64_t number) noexcept { send(number); }
    // Those that are under way are taken in any order.
    [[nodiscard]] bool take(std::uint64_t number) noexcept {
        while (!(request_ = server_->take())) (void)server_->wait_for(1s);
        std::uint64_t its = 0;
        std::memcpy(&its, request_.data(), sizeof its);
        const bool right = its < number + depth_ && number < its + depth_ &&
                           request_.size() == size_ && holds(request_.data(), size_, its);
        server_->respond(std::move(request_), 0);
        return right;
    }

private:
    [[nodiscard]] bus::ServiceOptions options() const {
        bus::ServiceOptions options;
        options.size = size_;
        options.depth = static_cast<std::uint32_t>(depth_);
        return options;
    }

    static bus::BytesCall& await(bus::BytesCall& call) noexcept {
        while (call.wait_for(1s) == bus::CallOutcome::TimedOut) {
        }
        return call;
    }

    [[nodiscard]] bool take_next(std::uint64_t number) noexcept {
        while (!(request_ = server_->take())) (void)server_->wait_for(1s);
        return request_.size() == size_ && holds(request_.data(), size_, number);
    }

    void answer(std::uint64_t number) noexcept {
        write_payload(request_.data(), size_, number);
        server_->respond(std::move(request_), size_);
    }

    Scene& scene_;
    std::size_t size_;
    std::size_t depth_;
    std::optional<bus::BytesClient> client_;  // of the first side
    std::optional<bus::BytesServer> server_;  // of the second
    std::vector<bus::BytesCall> calls_;
    bus::BytesRequest request_;
};

}  // namespace

void add_service(std::vector<Transport>& transports) {
    transports.push_back(
        transport<ServiceLink>("service, in place", Model::SharedMemory, refuses_nothing));
}

}  // namespace bench
