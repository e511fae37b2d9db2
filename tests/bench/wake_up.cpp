// What it takes to wake the other side: both sleep between messages of a line each. Every row
// alternates its batches with those of a bare futex between the same two processes, so that the
// ratio holds wherever the host has moved the cores.
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/subscriber.hpp>

#include "base/event.hpp"
#include "base/unique_fd.hpp"
#include "bench/payload.hpp"
#include "bench/statistics.hpp"
#include "bench/topic.hpp"
#include "rows.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

inline constexpr std::size_t message = 32;

[[nodiscard]] bus::base::UniqueFd make_eventfd() {
    bus::base::UniqueFd fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!fd) throw std::system_error{errno, std::system_category(), "eventfd"};
    return fd;
}

// What the way in one direction is made of, but for the bus.
struct Door {
    alignas(apart) Word stamp;  // the number of the message
    std::byte payload[message];
    alignas(apart)::sem_t semaphore;
    alignas(apart) double sent_at;
};

// Made before the two processes are, so that both have all of it.
class Doors {
public:
    Doors() {
        auto* memory = ::mmap(nullptr, sizeof(Door[2]), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
        doors_ = new (memory) Door[2]{};
        for (std::size_t i = 0; i < 2; ++i) ::sem_init(&doors_[i].semaphore, 1, 0);
    }
    Doors(const Doors&) = delete;
    Doors& operator=(const Doors&) = delete;
    ~Doors() { ::munmap(doors_, sizeof(Door[2])); }

    [[nodiscard]] Door& of(Side sender) noexcept {
        return doors_[static_cast<std::size_t>(sender)];
    }
    [[nodiscard]] int eventfd(Side sender) const noexcept {
        return eventfds_[static_cast<std::size_t>(sender)].get();
    }
    [[nodiscard]] int timerfd(Side sender) const noexcept {
        return timerfds_[static_cast<std::size_t>(sender)].get();
    }

private:
    Door* doors_ = nullptr;
    bus::base::UniqueFd eventfds_[2] = {make_eventfd(), make_eventfd()};
    bus::base::UniqueFd timerfds_[2] = {bus::base::make_event("bench"),
                                        bus::base::make_event("bench")};
};

void wait_readable(int fd) noexcept {
    ::pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    ::poll(&polled, 1, -1);
}

// The ways to ring; a wait may end for no reason. Those that have no count of their own wait while
// the stamp is still what was seen.
class FutexBell {
public:
    FutexBell(Doors& doors, Side sender) : stamp_{doors.of(sender).stamp} {}
    void ring() noexcept { ::syscall(SYS_futex, &stamp_, FUTEX_WAKE, 1, nullptr, nullptr, 0); }
    void wait(std::uint64_t seen) noexcept {
        static_assert(std::endian::native == std::endian::little);  // the stamp's low half
        ::syscall(SYS_futex, &stamp_, FUTEX_WAIT, static_cast<std::uint32_t>(seen), nullptr,
                  nullptr, 0);
    }

private:
    Word& stamp_;
};

class SemaphoreBell {
public:
    SemaphoreBell(Doors& doors, Side sender) : semaphore_{doors.of(sender).semaphore} {}
    void ring() noexcept { ::sem_post(&semaphore_); }
    void wait(std::uint64_t) noexcept { ::sem_wait(&semaphore_); }

private:
    ::sem_t& semaphore_;
};

class EventfdBell {
public:
    EventfdBell(Doors& doors, Side sender) : fd_{doors.eventfd(sender)} {}
    void ring() noexcept { ::eventfd_write(fd_, 1); }
    void wait(std::uint64_t) noexcept {
        wait_readable(fd_);
        ::eventfd_t count = 0;
        ::eventfd_read(fd_, &count);
    }

private:
    int fd_;
};

// As an event loop of the bus is woken.
class TimerfdBell {
public:
    TimerfdBell(Doors& doors, Side sender) : fd_{doors.timerfd(sender)} {}
    void ring() noexcept { bus::base::post_event(fd_); }
    void wait(std::uint64_t) noexcept {
        wait_readable(fd_);
        bus::base::drain_event(fd_);
    }

private:
    int fd_;
};

// A line of plain shared memory in each direction, and a bell.
template <class Bell>
class PlainWay {
public:
    PlainWay(Scene& scene, const std::shared_ptr<Doors>& doors)
        : doors_{doors},
          out_{doors->of(scene.partner().side())},
          in_{doors->of(other(scene.partner().side()))},
          rung_{*doors, scene.partner().side()},
          heard_{*doors, other(scene.partner().side())} {
        scene.partner().meet();
        out_.stamp.store(0, std::memory_order_release);  // an earlier row counted up
        scene.partner().meet();
    }

    void send(std::uint64_t number) noexcept {
        write_payload<message>(out_.payload, number);
        out_.stamp.store(number, std::memory_order_release);
        rung_.ring();
    }
    [[nodiscard]] bool receive(std::uint64_t number) noexcept {
        for (auto seen = in_.stamp.load(std::memory_order_acquire); seen != number;
             seen = in_.stamp.load(std::memory_order_acquire))
            heard_.wait(seen);
        return holds<message>(in_.payload, number);
    }

private:
    std::shared_ptr<Doors> doors_;
    Door& out_;
    Door& in_;
    Bell rung_;
    Bell heard_;
};

// A topic in each direction, its subscriber without a spin.
template <bus::Waker How>
class TopicWay {
public:
    TopicWay(Scene& scene, const std::shared_ptr<Doors>&)
        : ping_{scene, "bench/ping", {.size = message}},
          pong_{scene, "bench/pong", {.size = message}},
          out_{scene.bus(), scene.first() ? ping_.name() : pong_.name()},
          in_{scene.bus(),
              scene.first() ? pong_.name() : ping_.name(),
              {.waker = How, .spin = 0ns}} {
        scene.partner().meet();  // both are attached
    }

    void send(std::uint64_t number) noexcept {
        auto loan = out_.loan();
        while (!loan) loan = out_.loan();
        write_payload<message>(loan.data(), number);
        out_.publish(std::move(loan), message);
    }
    [[nodiscard]] bool receive(std::uint64_t number) noexcept {
        auto sample = in_.take();
        while (!sample) {
            if (How == bus::Waker::EventFd)
                wait_readable(in_.fd());
            else
                (void)in_.wait_for(1s);
            sample = in_.take();
        }
        return sample.size() == message && holds<message>(sample.data(), number);
    }

private:
    Topic ping_;
    Topic pong_;
    bus::BytesPublisher out_;
    bus::BytesSubscriber in_;
};

// Times of the messages that came in here, in turns by the way of the row and by the bare one.
struct Times {
    std::vector<double> way;
    std::vector<double> bare;
};

template <class Way>
class WakeUp final : public Course {
public:
    WakeUp(Scene& scene, const std::shared_ptr<Doors>& doors)
        : scene_{scene},
          doors_{doors},
          plan_{scene.scaled({10, 40})},
          way_{scene, doors},
          futex_{scene, doors} {
        Times ignored;
        scene_.rehearse([&] {
            play(way_, ignored.way);
            play(futex_, ignored.bare);
        });
    }

    [[nodiscard]] Figure run() override {
        Times times;
        times.way.reserve(plan_.count * plan_.batches);
        times.bare.reserve(plan_.count * plan_.batches);
        scene_.hot([&] {
            for (std::uint64_t i = 0; i < plan_.batches; ++i) {
                play(way_, times.way);
                play(futex_, times.bare);
            }
        });
        Figure figure;
        figure.value = both_ways(median(times.way));
        figure.plain = both_ways(median(times.bare));
        figure.p99 = both_ways(percentile(times.way, 0.99));
        const auto faults = std::exchange(faults_, 0);
        figure.faults =
            faults + static_cast<std::uint64_t>(scene_.partner().hear(static_cast<double>(faults)));
        return figure;
    }

private:
    // Before a message, so that who waits for it has long been asleep, and after it, lest the fence
    // of who lies down holds up who is waking.
    static constexpr double pause = 200e3;
    static constexpr double rest = 50e3;

    // The mean of the two directions: what the two cores' clocks differ by cancels out.
    [[nodiscard]] double both_ways(double mine) { return (mine + scene_.partner().hear(mine)) / 2; }

    template <class Any>
    void play(Any& way, std::vector<double>& times) noexcept {
        for (std::uint64_t i = 0; i < plan_.count; ++i) {
            ++number_;
            if (scene_.first()) send(way);
            faults_ += !way.receive(number_);
            const double arrived = now();
            times.push_back(arrived - doors_->of(other(scene_.partner().side())).sent_at);
            if (!scene_.first()) send(way);
        }
    }

    template <class Any>
    void send(Any& way) noexcept {
        auto& sent_at = doors_->of(scene_.partner().side()).sent_at;
        stay_awake(pause);
        sent_at = now();
        way.send(number_);
        stay_awake(rest);
    }

    static void stay_awake(double time) noexcept {
        for (const double until = now() + time; now() < until;) {
        }
    }

    Scene& scene_;
    std::shared_ptr<Doors> doors_;
    Plan plan_;
    Way way_;
    PlainWay<FutexBell> futex_;
    std::uint64_t number_ = 0;
    std::uint64_t faults_ = 0;
};

template <class Way>
void add(std::vector<Row>& rows, const std::shared_ptr<Doors>& doors, const std::string& name) {
    Row row;
    row.name = "wake-up, " + name;
    if (std::same_as<Way, TopicWay<bus::Waker::Semaphore>>)
        row.limits = {{Limit::Of::Plain, Limit::Bound::AtMost, 1.15, {}}};
    row.enter = [doors](Scene& scene) { return std::make_unique<WakeUp<Way>>(scene, doors); };
    rows.push_back(std::move(row));
}

}  // namespace

void add_wake_up_rows(std::vector<Row>& rows) {
    const auto doors = std::make_shared<Doors>();
    add<PlainWay<FutexBell>>(rows, doors, "bare futex");
    add<PlainWay<SemaphoreBell>>(rows, doors, "POSIX semaphore");
    add<PlainWay<EventfdBell>>(rows, doors, "eventfd");
    add<PlainWay<TimerfdBell>>(rows, doors, "timerfd");
    add<TopicWay<bus::Waker::Semaphore>>(rows, doors, "topic");
    add<TopicWay<bus::Waker::EventFd>>(rows, doors, "topic in an event loop");
}

}  // namespace bench
