// What a lock costs: taken and given back while nobody else wants it, and while both sides do all
// the time. Beside the region's lock the two that processes have without it: a process-shared
// pthread mutex and a named semaphore. All three guard the same number in the same raw region.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pthread.h>

#include <boost/interprocess/sync/named_semaphore.hpp>

#include <bus/raw.hpp>

#include "bench/statistics.hpp"
#include "rows.hpp"

namespace bench {
namespace {

constexpr auto region_name = "bench/lock";
constexpr auto semaphore_name = "shmbus-bench-lock";

// What lies in the region.
struct Guarded {
    alignas(apart)::pthread_mutex_t mutex;
    alignas(apart) std::uint64_t number;
};

// The region as a row and its two sides have it.
class Board {
public:
    explicit Board(Scene& scene) : scene_{scene} {
        if (scene.first())
            scene.bus().create_raw(region_name, {.size = sizeof(Guarded), .writers = 2});
        scene.partner().meet();
        region_.emplace(scene.bus(), region_name, bus::Role::Writer);
        if (scene.first()) new (region_->writable_bytes().data()) Guarded{};
        scene.partner().meet();
    }
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;
    ~Board() {
        if (!scene_.first()) return;
        try {
            scene_.bus().remove(region_name);
        } catch (const bus::Error&) {
            // The row is over; what matters is told by the next one, which creates its region.
        }
    }

    [[nodiscard]] Scene& scene() const noexcept { return scene_; }
    [[nodiscard]] bus::Region& region() noexcept { return *region_; }
    [[nodiscard]] Guarded& guarded() noexcept {
        return *reinterpret_cast<Guarded*>(region_->writable_bytes().data());
    }

private:
    Scene& scene_;
    std::optional<bus::Region> region_;
};

// The three locks; each does something to the number while it has it.
class RegionLocker {
public:
    explicit RegionLocker(Board& board) : region_{board.region()} {}
    template <class Do>
    void with(Do&& act) noexcept {
        const auto lock = region_.lock();
        act();
    }

private:
    bus::Region& region_;
};

class MutexLocker {
public:
    explicit MutexLocker(Board& board) : mutex_{board.guarded().mutex} {
        if (board.scene().first()) {
            ::pthread_mutexattr_t shared;
            ::pthread_mutexattr_init(&shared);
            ::pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
            ::pthread_mutex_init(&mutex_, &shared);
            ::pthread_mutexattr_destroy(&shared);
        }
        board.scene().partner().meet();
    }
    template <class Do>
    void with(Do&& act) noexcept {
        ::pthread_mutex_lock(&mutex_);
        act();
        ::pthread_mutex_unlock(&mutex_);
    }

private:
    ::pthread_mutex_t& mutex_;
};

class SemaphoreLocker {
public:
    explicit SemaphoreLocker(Board& board) : first_{board.scene().first()} {
        using namespace boost::interprocess;
        if (first_) {
            named_semaphore::remove(semaphore_name);
            semaphore_.emplace(create_only, semaphore_name, 1, permissions{0600});
        }
        board.scene().partner().meet();
        if (!first_) semaphore_.emplace(open_only, semaphore_name);
    }
    SemaphoreLocker(const SemaphoreLocker&) = delete;
    SemaphoreLocker& operator=(const SemaphoreLocker&) = delete;
    ~SemaphoreLocker() {
        if (first_) boost::interprocess::named_semaphore::remove(semaphore_name);
    }
    template <class Do>
    void with(Do&& act) noexcept {
        semaphore_->wait();
        act();
        semaphore_->post();
    }

private:
    bool first_;
    std::optional<boost::interprocess::named_semaphore> semaphore_;
};

enum class Wanted { ByOne, ByBoth };

template <class Locker>
class Locking final : public Course {
public:
    Locking(Scene& scene, Wanted wanted, Plan plan)
        : scene_{scene},
          wanted_{wanted},
          plan_{scene.scaled(plan)},
          board_{scene},
          locker_{board_} {
        scene_.rehearse([this] { play(1'000); });
        if (scene_.first()) board_.guarded().number = 0;
        scene_.partner().meet();
    }

    [[nodiscard]] Figure run() override {
        std::vector<double> times(plan_.batches);
        for (auto& time : times) time = batch();
        Figure figure;
        figure.value = median(times);
        scene_.partner().meet();
        const auto done = std::exchange(done_, 0);
        if (scene_.first())  // alone, lest the other side sees the number of the next pass
            figure.faults = std::exchange(board_.guarded().number, 0) != done;
        return figure;
    }

private:
    [[nodiscard]] std::uint64_t sides() const noexcept { return wanted_ == Wanted::ByBoth ? 2 : 1; }

    // Nanoseconds that one lock and unlock takes of the time.
    [[nodiscard]] double batch() {
        double start = 0;
        double end = 0;
        scene_.hot([&] {
            start = now();
            play(plan_.count);
            end = now();
        });
        done_ += sides() * plan_.count;
        const double other_start = scene_.partner().hear(start);
        const double other_end = scene_.partner().hear(end);
        if (wanted_ == Wanted::ByBoth) {
            start = std::min(start, other_start);
            end = std::max(end, other_end);
        }
        return (end - start) / static_cast<double>(sides() * plan_.count);
    }

    void play(std::uint64_t count) noexcept {
        if (!scene_.first() && wanted_ == Wanted::ByOne) return;
        auto& number = board_.guarded().number;
        for (std::uint64_t i = 0; i < count; ++i) locker_.with([&number]() noexcept { ++number; });
    }

    Scene& scene_;
    Wanted wanted_;
    Plan plan_;
    Board board_;
    Locker locker_;
    std::uint64_t done_ = 0;  // additions since the number was 0
};

constexpr auto by_mutex = "pthread mutex";

template <class Locker>
void add(std::vector<Row>& rows, const std::string& name, Wanted wanted, Plan plan) {
    const std::string how = wanted == Wanted::ByOne ? "lock alone, " : "lock contended, ";
    Row row;
    row.name = how + name;
    if (name != by_mutex) row.plain = how + by_mutex;
    if (name == "region" && wanted == Wanted::ByOne)
        row.limits = {{Limit::Of::Plain, Limit::Bound::AtMost, 1.3, {}}};
    row.enter = [wanted, plan](Scene& scene) {
        return std::make_unique<Locking<Locker>>(scene, wanted, plan);
    };
    rows.push_back(std::move(row));
}

}  // namespace

void add_locking_rows(std::vector<Row>& rows) {
    for (const auto wanted : {Wanted::ByOne, Wanted::ByBoth}) {
        const Plan plan{wanted == Wanted::ByOne ? 1'000'000U : 100'000U, 9};
        add<MutexLocker>(rows, by_mutex, wanted, plan);
        add<SemaphoreLocker>(rows, "named semaphore", wanted, plan);
        add<RegionLocker>(rows, "region", wanted, plan);
    }
}

}  // namespace bench
