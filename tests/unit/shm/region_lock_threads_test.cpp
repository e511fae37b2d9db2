// Writers and readers at full speed in threads over one region lock. What it guards is a row of
// plain numbers that are all equal whenever nobody writes.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"
#include "shm/region_lock.hpp"

namespace bus::shm {
namespace {

constexpr std::size_t readers = 2;

// A region of threads: the lock segment, one segment a reader, and what the lock guards.
class TestRegion {
public:
    TestRegion() {
        new (lock_.data()) abi::LockHeader{};
        for (auto& member : members_) {
            member = std::make_unique<Memory>(sizeof(abi::RawMemberHeader));
            new (member->data()) abi::RawMemberHeader{};
        }
    }
    // Adds one to every number under the lock, as writer `id`.
    void add(std::uint64_t id) {
        WriterLock lock{lock_.data(), id};
        while (lock.try_obtain() == Obtained::No) std::this_thread::yield();
        for (const auto& member : members_)
            while (reads(*std::launder(reinterpret_cast<abi::RawMemberHeader*>(member->data()))))
                std::this_thread::yield();
        for (auto& number : row_) {
            number = number + 1;
            if (&number == &row_[row_.size() / 2]) std::this_thread::yield();
        }
        lock.release();
    }
    // Whether all numbers are equal under the lock, as this reader sees them.
    [[nodiscard]] bool whole(std::size_t reader) {
        ReaderLock lock{lock_.data(), members_[reader]->data()};
        for (lock.state(); lock.look() == ReaderLock::Seen::Held; lock.state()) {
            lock.leave();
            std::this_thread::yield();
        }
        const auto first = row_.front();
        std::this_thread::yield();
        const bool equal = std::ranges::all_of(row_, [first](auto n) { return n == first; });
        lock.leave();
        return equal;
    }
    [[nodiscard]] const std::array<std::uint64_t, 64>& row() const { return row_; }

private:
    Memory lock_{sizeof(abi::LockHeader)};
    std::array<std::unique_ptr<Memory>, readers> members_;
    std::array<std::uint64_t, 64> row_{};
};

TEST_CASE("region lock: in threads no addition is lost and no reader sees half a change") {
    constexpr std::uint64_t additions = 10'000;
    TestRegion region;
    std::atomic<bool> over = false;
    std::array<std::uint64_t, readers> torn{};
    std::vector<std::thread> reading;
    for (std::size_t reader = 0; reader < readers; ++reader)
        reading.emplace_back([&, reader] {
            while (!over) torn[reader] += !region.whole(reader);
        });
    std::vector<std::thread> writing;
    for (std::uint64_t id = 1; id <= 2; ++id)
        writing.emplace_back([&region, id] {
            for (std::uint64_t i = 0; i < additions; ++i) region.add(id);
        });
    for (auto& thread : writing) thread.join();
    over = true;
    for (auto& thread : reading) thread.join();
    CHECK(std::ranges::all_of(region.row(), [](auto n) { return n == 2 * additions; }));
    CHECK(torn == std::array<std::uint64_t, readers>{});
}

}  // namespace
}  // namespace bus::shm
