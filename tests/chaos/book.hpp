// What all parts of a chaos write down in memory of their own, beside the bus and out of its reach:
// it outlives whoever is killed, and by it observers judge what the bus did.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <system_error>

#include <sys/mman.h>

namespace chaos {

inline constexpr std::size_t most_parts = 32;
inline constexpr std::size_t most_senders = 200'000;

// One publisher from its attaching to its end; its cargo has the numbers from 1.
struct Sender {
    enum class Topic : std::uint32_t { None, Lossless, Newest };
    std::atomic<Topic> topic;
    std::atomic<std::uint64_t> begun;      // number of the cargo that was being published
    std::atomic<std::uint64_t> published;  // the last that publish() came back from
};

struct Part {
    std::atomic<std::uint64_t> progress;  // things that it got done, over all its lives
    std::atomic<std::uint32_t> slow;      // microseconds it takes for each, by order
};

struct Book {
    enum class Phase : std::uint32_t {
        Storm,  // go on until killed
        Drain,  // publishers and writers end; who takes, takes all that is left
        End,    // everyone ends
    };
    std::atomic<Phase> phase;
    Part parts[most_parts];
    std::atomic<std::uint64_t> next_sender;
    Sender senders[most_senders];
    // Of the raw region: additions begun and done, and which part is adding (index + 1, or 0).
    std::atomic<std::uint64_t> additions_begun;
    std::atomic<std::uint64_t> additions_done;
    std::atomic<std::uint64_t> adding;
    std::atomic<std::uint64_t> next_request;  // of the service
    std::atomic<std::uint64_t> answered;      // requests, as they should be
    std::atomic<std::uint64_t> abandoned;     // locks that were had from the dead
    std::atomic<std::uint64_t> taken;         // samples, each judged byte by byte
    std::atomic<std::uint64_t> missed;        // samples said to be, each of which was

    [[nodiscard]] bool during(Phase wanted) const noexcept { return phase.load() == wanted; }
};

// Shared with every process forked from this one.
class SharedBook {
public:
    SharedBook()
        : place_{::mmap(nullptr, sizeof(Book), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)} {
        if (place_ == MAP_FAILED)
            throw std::system_error{errno, std::system_category(), "the book"};
        (*this)->next_sender = 1;  // the rest is zero as it is
    }
    SharedBook(const SharedBook&) = delete;
    SharedBook& operator=(const SharedBook&) = delete;
    ~SharedBook() { ::munmap(place_, sizeof(Book)); }

    Book* operator->() const noexcept { return &**this; }
    Book& operator*() const noexcept { return *std::launder(static_cast<Book*>(place_)); }

private:
    void* place_;
};

}  // namespace chaos
