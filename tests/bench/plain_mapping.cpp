// The same rounds through a plain shared mapping with one stamp and one payload in each direction:
// no bus, no slots, no safety. What a full payload costs on this machine at best.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "bench/payload.hpp"
#include "bench/round_timer.hpp"
#include "rows.hpp"

namespace bench {
namespace {

template <std::size_t Size>
class PlainMapping final : public Course {
public:
    explicit PlainMapping(Scene& scene)
        : scene_{scene},
          out_{scene.partner().plain(scene.partner().side())},
          in_{scene.partner().plain(other(scene.partner().side()))},
          timer_{scene, plan()} {
        scene_.partner().meet();
        out_.stamp.store(0, std::memory_order_release);  // an earlier row counted up
        scene_.partner().meet();
        timer_.warm_up([this](std::uint64_t number) { round(number); }, 4);
    }

    [[nodiscard]] Figure run() override {
        faults_ = 0;
        auto figure = timer_.run([this](std::uint64_t number) { round(number); });
        figure.faults = faults_ + static_cast<std::uint64_t>(
                                      scene_.partner().hear(static_cast<double>(faults_)));
        return figure;
    }

private:
    [[nodiscard]] static constexpr Plan plan() {
        if (Size <= 1024) return {1000, 40};
        if (Size <= 64 << 10) return {100, 20};
        return Size <= 1 << 20 ? Plan{10, 20} : Plan{2, 12};
    }

    void round(std::uint64_t number) noexcept {
        if (scene_.first()) {
            send(number);
            expect(number);
        } else {
            expect(number);
            send(number);
        }
    }

    void send(std::uint64_t number) noexcept {
        write_payload<Size>(out_.payload.data(), number);
        out_.stamp.store(number, std::memory_order_release);
    }

    void expect(std::uint64_t number) noexcept {
        while (in_.stamp.load(std::memory_order_acquire) != number) {
        }
        if (!holds<Size>(in_.payload.data(), number)) ++faults_;
    }

    Scene& scene_;
    PlainSlot& out_;
    PlainSlot& in_;
    RoundTimer timer_;
    std::uint64_t faults_ = 0;
};

template <std::size_t... Sizes>
void add(std::vector<Row>& rows, std::index_sequence<Sizes...>) {
    (rows.push_back(
         Row{.name = "plain mapping " + size_text(Sizes),
             .unit = Unit::Nanoseconds,
             .bracketed = Bracketed::Yes,
             .limits = {},
             .plain = {},
             .enter = [](Scene& scene) { return std::make_unique<PlainMapping<Sizes>>(scene); }}),
     ...);
}

}  // namespace

void add_plain_mapping_rows(std::vector<Row>& rows) {
    add(rows, std::index_sequence<32, 64, 1 << 10, 64 << 10, 1 << 20, 8 << 20>{});
}

}  // namespace bench
