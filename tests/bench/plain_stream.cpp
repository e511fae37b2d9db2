// Messages of a line each through a plain ring: no bus, no handles, no safety. Once with a reader
// that could write to the ring, and once with one that can only read, as every reader of the bus:
// there are processors on which the right alone, unused, makes the ring twice as fast.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/statistics.hpp"
#include "rows.hpp"

namespace bench {
namespace {

enum class Reader { MayWrite, OnlyReads };

inline void rest() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

class PlainStream final : public Course {
public:
    PlainStream(Scene& scene, Reader reader)
        : scene_{scene},
          ring_{scene.partner().stream()},
          seen_{reader == Reader::MayWrite ? ring_ : scene.partner().stream_seen()},
          plan_{scene.scaled({4'000'000, 9})} {
        scene_.partner().meet();
        if (scene_.first()) {  // an earlier row counted up
            for (auto& slot : ring_.ring) slot.stamp.store(0, std::memory_order_relaxed);
            ring_.taken.word.store(0, std::memory_order_relaxed);
        }
        scene_.rehearse([this] { play(4 * PlainRing::slots); });
    }

    [[nodiscard]] Figure run() override {
        std::vector<double> rates;
        for (std::uint64_t i = 0; i < plan_.batches; ++i) {
            double start = 0;
            double end = 0;
            scene_.hot([&] {
                start = now();
                play(plan_.count);
                end = now();
            });
            rates.push_back(static_cast<double>(plan_.count) /
                            (scene_.partner().hear(end) - start) * 1e3);
        }
        Figure figure;
        figure.value = median(rates);
        figure.faults = static_cast<std::uint64_t>(
            scene_.partner().hear(static_cast<double>(std::exchange(faults_, 0))));
        return figure;
    }

private:
    void play(std::uint64_t count) noexcept {
        if (scene_.first())
            write(next_ + count);
        else
            read(next_ + count);
    }

    void write(std::uint64_t end) noexcept {
        while (next_ != end) {
            while (next_ == stop_) {
                rest();
                stop_ = ring_.taken.word.load(std::memory_order_acquire) + PlainRing::slots + 1;
            }
            auto& slot = ring_.ring[(next_ - 1) % PlainRing::slots];
            for (std::size_t i = 0; i < slot.words.size(); ++i) slot.words[i] = next_ + i;
            slot.extent.store(sizeof slot.words, std::memory_order_relaxed);
            slot.stamp.store(next_, std::memory_order_release);
            ring_.head.word.store(next_, std::memory_order_release);
            ++next_;
        }
    }

    void read(std::uint64_t end) noexcept {
        while (next_ != end) {
            const auto& slot = seen_.ring[(next_ - 1) % PlainRing::slots];
            while (slot.stamp.load(std::memory_order_acquire) != next_) rest();
            std::uint64_t sum = slot.extent.load(std::memory_order_relaxed);
            for (const auto word : slot.words) sum += word;
            faults_ += sum != sizeof slot.words + slot.words.size() * next_ + 6;
            ring_.taken.word.store(next_, std::memory_order_release);
            ++next_;
        }
    }

    Scene& scene_;
    PlainRing& ring_;
    const PlainRing& seen_;
    Plan plan_;
    std::uint64_t next_ = 1;
    std::uint64_t stop_ = PlainRing::slots + 1;
    std::uint64_t faults_ = 0;
};

}  // namespace

void add_plain_stream_rows(std::vector<Row>& rows) {
    for (const auto reader : {Reader::MayWrite, Reader::OnlyReads}) {
        Row row;
        row.name = "plain stream 32 B";
        if (reader == Reader::MayWrite) row.name += ", reader may write";
        row.unit = Unit::MillionsPerSecond;
        row.enter = [reader](Scene& scene) { return std::make_unique<PlainStream>(scene, reader); };
        rows.push_back(std::move(row));
    }
}

}  // namespace bench
