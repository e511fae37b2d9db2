#include "checker.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <ostream>
#include <streambuf>
#include <string>

#include "base/fence.hpp"

namespace litmus {
namespace {

using Followed = rl::atomic<std::uint64_t>;
using Semaphore = rl::semaphore<struct WakerTag>;

constexpr std::size_t segments = 4;
constexpr std::size_t segment_bytes = 3 * 4096;
alignas(4096) std::byte memory[segments * segment_bytes];

// A word as it is followed; beside the segments, so that these keep their layout.
struct Record {
    alignas(Followed) std::byte place[sizeof(Followed)];
    bool made = false;
    std::string_view name;

    [[nodiscard]] Followed& word() noexcept { return *reinterpret_cast<Followed*>(place); }
};
Record records[segments * segment_bytes / sizeof(std::uint64_t)];
std::vector<Record*> made;  // capacity fixed: whatever is allocated meanwhile, Relacy follows
const Variant* running = nullptr;

// One who waits, and what wakes him.
struct Bed {
    const bus::shm::Waker* waker = nullptr;
    Semaphore semaphore;
};
Bed beds[2];

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "litmus: %s\n", what);
    std::abort();
}

Record& record_of(const void* word) {
    const auto offset = static_cast<const std::byte*>(word) - memory;
    if (offset < 0 || offset >= static_cast<std::ptrdiff_t>(sizeof memory))
        give_up("a word lies in no segment");
    return records[static_cast<std::size_t>(offset) / sizeof(std::uint64_t)];
}
Record& made_record(const void* word) {
    auto& record = record_of(word);
    if (!record.made) give_up("a word is used that nobody made");
    return record;
}

rl::memory_order relacy(std::memory_order order) {
    switch (order) {
        case std::memory_order_relaxed:
            return rl::mo_relaxed;
        case std::memory_order_acquire:
        case std::memory_order_consume:
            return rl::mo_acquire;
        case std::memory_order_release:
            return rl::mo_release;
        case std::memory_order_acq_rel:
            return rl::mo_acq_rel;
        case std::memory_order_seq_cst:
            break;
    }
    return rl::mo_seq_cst;
}

bool is(Thread thread) {
    return thread == Thread::Any ||
           static_cast<int>(thread) == static_cast<int>(rl::thread_index());
}

rl::memory_order order_of(const Record& record, Access access, std::memory_order order) {
    for (const auto& weaker : running->weaker)
        if (weaker.word == record.name && weaker.access == access && weaker.instead_of == order &&
            is(weaker.by))
            return relacy(weaker.order);
    return relacy(order);
}

Bed& bed_of(const bus::shm::Waker& waker) {
    for (auto& bed : beds) {
        if (bed.waker == nullptr) bed.waker = &waker;
        if (bed.waker == &waker) return bed;
    }
    give_up("too many wakers");
}

}  // namespace

const Variant& variant() noexcept { return *running; }

std::byte* segment(std::size_t number) noexcept { return memory + number * segment_bytes; }

void name(const void* word, std::string_view name) noexcept { record_of(word).name = name; }

// One that failed has left all that it had.
void begin_iteration() noexcept {
    for (auto* record : made) record->made = false;
    made.clear();
    for (auto& bed : beds) {
        bed.waker = nullptr;
        new (&bed.semaphore) Semaphore;
        bed.semaphore.init(false, 0, 16, $);
    }
}

void end_iteration() noexcept {
    for (auto* record : made) record->word().~Followed();
    for (auto& bed : beds) bed.semaphore.deinit($);
}

void create(const void* word) noexcept {
    auto& record = record_of(word);
    if (record.made) give_up("a word is made twice");
    new (record.place) Followed{0};
    record.made = true;
    record.name = {};
    made.push_back(&record);
}

std::uint64_t load(const void* word, std::memory_order order) noexcept {
    auto& record = made_record(word);
    if (!running->unread.empty() && running->unread == record.name) return 0;
    return record.word().load(order_of(record, Access::Load, order), $);
}

void store(void* word, std::uint64_t value, std::memory_order order) noexcept {
    auto& record = made_record(word);
    record.word().store(value, order_of(record, Access::Store, order), $);
}

bool compare_exchange(void* word, std::uint64_t& expected, std::uint64_t desired,
                      std::memory_order success, std::memory_order /*failure*/) noexcept {
    auto& record = made_record(word);
    // All failures here are relaxed.
    return record.word().compare_exchange_strong(
        expected, desired, order_of(record, Access::Store, success), $, rl::mo_relaxed, $);
}

std::uint64_t fetch_add(void* word, std::uint64_t value, std::memory_order order) noexcept {
    auto& record = made_record(word);
    return record.word().fetch_add(value, order_of(record, Access::Store, order), $);
}

void thread_fence() noexcept {
    if (running->without_fence != Thread::Any && is(running->without_fence)) return;
    rl::atomic_thread_fence(rl::mo_seq_cst, $);
}

}  // namespace litmus

// What libbus calls, as Relacy has it.
namespace bus {

// Everyone passes a fence, at a moment when anyone may have been in between.
void base::membarrier() noexcept {
    if (!litmus::variant().membarrier) return;
    rl::ctx().sched();
    rl::systemwide_fence($);
}

void shm::Waker::post() noexcept {
    unsigned before = 0;
    litmus::bed_of(*this).semaphore.post(1, before, $);
}
// Without a bound, so that who is not woken is found.
bool shm::Waker::wait_for(std::chrono::nanoseconds /*timeout*/) noexcept {
    litmus::bed_of(*this).semaphore.wait(false, false, $);
    return true;
}

}  // namespace bus

namespace {

using litmus::Fails;

Fails kind_of(rl::test_result_e result) {
    switch (result) {
        case rl::test_result_success:
            return Fails::Not;
        case rl::test_result_data_race:
            return Fails::Race;
        case rl::test_result_deadlock:
            return Fails::Asleep;
        default:
            return Fails::Wrong;
    }
}

// What Relacy says. It has room from the start: what a stream allocates meanwhile, Relacy follows.
struct Said : std::streambuf {
    Said() { setp(text, text + sizeof text); }
    [[nodiscard]] std::string_view view() const {
        return {text, static_cast<std::size_t>(pptr() - text)};
    }
    char text[1 << 16];
};

constexpr const char* words[] = {"holds", "a race", "somebody stays asleep", "a wrong outcome"};
const char* text_of(Fails fails) { return words[static_cast<std::size_t>(fails)]; }

// One line, as tests/tally counts them.
bool check(const litmus::Shape& shape, const litmus::Variant& variant) {
    litmus::running = &variant;
    Said said;
    std::ostream out{&said};
    rl::test_params params;
    params.output_stream = params.progress_stream = &out;
    params.search_type = shape.interruptions == 0 ? rl::sched_full : rl::sched_bound;
    params.context_bound = shape.interruptions;
    const auto start = std::chrono::steady_clock::now();
    shape.run(params);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const auto fails = kind_of(params.test_result);
    const bool good = fails == variant.fails;
    std::printf("%-7s litmus: %s: %s%s%s (%llu orders, %.1f s)\n", good ? "ok" : "FAIL",
                std::string{shape.name}.c_str(), std::string{variant.what}.c_str(),
                variant.fails == Fails::Not ? "" : ": ",
                variant.fails == Fails::Not ? "" : text_of(variant.fails),
                static_cast<unsigned long long>(params.stop_iteration), took.count());
    if (!good) std::printf("%s\n%s", text_of(fails), std::string{said.view()}.c_str());
    std::fflush(stdout);
    return good;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string only = count > 1 ? arguments[1] : "";
    litmus::made.reserve(std::size(litmus::records));
    bool good = true;
    for (const auto& shapes : {litmus::ring_shapes(), litmus::sleep_shapes(), litmus::lock_shapes(),
                               litmus::exchange_shapes()})
        for (const auto& shape : shapes)
            if (shape.name.find(only) != std::string_view::npos)
                for (const auto& variant : shape.variants) good = check(shape, variant) && good;
    return good ? 0 : 1;
}
