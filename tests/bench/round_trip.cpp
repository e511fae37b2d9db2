// A round trip of a service call: the client fills a request, the server changes it where it lies,
// the client reads the answer there. As with all latencies here the figure is half a round, so that
// the limit is the same one-way transfer; the one-way rows are the same rounds by two topics.
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <bus/client.hpp>
#include <bus/error.hpp>
#include <bus/server.hpp>

#include "bench/payload.hpp"
#include "bench/round_timer.hpp"
#include "rows.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

enum class Touched { Full, FirstLine };
enum class Waiting { Spinning, Sleeping };

inline constexpr std::size_t first_line = 32;

// A service that lives as long as one row is measured.
class Service {
public:
    Service(Scene& scene, std::size_t size) : scene_{scene} {
        if (scene_.first()) scene_.bus().create_service(name, {.size = size});
        scene_.partner().meet();
    }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service() {
        if (!scene_.first()) return;
        try {
            scene_.bus().remove(name);
        } catch (const bus::Error&) {
            // The row is over; what matters is told by the next one, which creates its service.
        }
    }

    static constexpr const char* name = "bench/service";

private:
    Scene& scene_;
};

[[nodiscard]] std::chrono::nanoseconds spin_of(Waiting how) {
    return how == Waiting::Sleeping ? 0ns : 1s;
}

template <std::size_t Size, Touched Part, Waiting How>
class RoundTrip final : public Course {
public:
    explicit RoundTrip(Scene& scene) : scene_{scene}, service_{scene, Size}, timer_{scene, plan()} {
        if (scene_.first())
            client_ = std::make_unique<bus::BytesClient>(scene_.bus(), Service::name,
                                                         bus::ClientOptions{.spin = spin_of(How)});
        else
            server_ = std::make_unique<bus::BytesServer>(scene_.bus(), Service::name,
                                                         bus::ServerOptions{.spin = spin_of(How)});
        scene_.partner().meet();  // both are attached
        timer_.warm_up([this](std::uint64_t number) { round(number); }, 32);
    }

    [[nodiscard]] Figure run() override {
        faults_ = 0;
        auto figure = timer_.run([this](std::uint64_t number) { round(number); });
        figure.faults = faults_ + static_cast<std::uint64_t>(
                                      scene_.partner().hear(static_cast<double>(faults_)));
        return figure;
    }

private:
    static constexpr std::size_t touched = Part == Touched::Full ? Size : first_line;

    [[nodiscard]] static constexpr Plan plan() {
        if (How == Waiting::Sleeping) return touched < (1 << 20) ? Plan{40, 20} : Plan{4, 8};
        if (touched <= 1024) return {1000, 40};
        return touched <= 1 << 20 ? Plan{10, 20} : Plan{2, 12};
    }

    void round(std::uint64_t number) noexcept {
        if (scene_.first())
            ask(number);
        else
            serve(number);
    }

    void ask(std::uint64_t number) noexcept {
        auto call = client_->loan();
        write_payload<touched>(call.data(), number);
        call.send(Size);
        while (call.wait_for(1s) == bus::CallOutcome::TimedOut) {
        }
        const auto response = call.response();
        if (response.size() != Size || !holds<touched>(response.data(), ~number)) ++faults_;
    }

    void serve(std::uint64_t number) noexcept {
        auto request = server_->take();
        while (!request) {
            (void)server_->wait_for(1s);
            request = server_->take();
        }
        if (request.size() != Size || !holds<touched>(request.data(), number)) ++faults_;
        write_payload<touched>(request.data(), ~number);
        server_->respond(std::move(request), Size);
    }

    Scene& scene_;
    Service service_;
    std::unique_ptr<bus::BytesClient> client_;
    std::unique_ptr<bus::BytesServer> server_;
    RoundTimer timer_;
    std::uint64_t faults_ = 0;
};

template <std::size_t Size, Touched Part, Waiting How>
[[nodiscard]] Row row() {
    Row row;
    row.name = "service " + size_text(Size) + (Part == Touched::Full ? " full" : " first line") +
               (How == Waiting::Spinning ? ", spinning" : ", sleeping");
    if (How == Waiting::Spinning && Part == Touched::Full && Size == 32)
        row.limits.push_back({Limit::Of::Ratio, Limit::Bound::AtMost, 1.15, {}});
    if (How == Waiting::Spinning && Part == Touched::FirstLine && Size == 8 << 20)
        row.limits.push_back({Limit::Of::Ratio, Limit::Bound::AtMost, 1.5, {}});
    row.enter = [](Scene& scene) { return std::make_unique<RoundTrip<Size, Part, How>>(scene); };
    return row;
}

template <Touched Part, Waiting How, std::size_t... Sizes>
void add(std::vector<Row>& rows, std::index_sequence<Sizes...>) {
    (rows.push_back(row<Sizes, Part, How>()), ...);
}

using AllSizes = std::index_sequence<32, 1 << 10, 1 << 20, 8 << 20>;
using LargerSizes = std::index_sequence<1 << 20, 8 << 20>;

}  // namespace

// At 32 B the first line is all there is.
void add_round_trip_rows(std::vector<Row>& rows) {
    add<Touched::Full, Waiting::Spinning>(rows, AllSizes{});
    add<Touched::FirstLine, Waiting::Spinning>(rows, LargerSizes{});
    add<Touched::Full, Waiting::Sleeping>(rows, AllSizes{});
    add<Touched::FirstLine, Waiting::Sleeping>(rows, LargerSizes{});
}

}  // namespace bench
