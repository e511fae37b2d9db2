#include "foe.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/raw_layout.hpp"
#include "abi/service_layout.hpp"
#include "evil.hpp"
#include "intruder.hpp"

namespace adversity {

using bus::Role;
using bus::abi::LaneHead;
using bus::abi::PublisherHeader;
using bus::abi::SlotHeader;
using bus::base::Access;
using bus::base::Mapping;
using bus::base::Populate;
using integration::Descriptor;
using integration::Refused;

namespace {

std::size_t size_of(int fd) {
    struct stat status {};
    ::fstat(fd, &status);
    return static_cast<std::size_t>(status.st_size);
}

Mapping map(int fd, Access access) {
    return {fd, size_of(fd), access, Populate::Lazily, "a hostile peer's"};
}

template <class Header>
Header& at(std::byte* place) {
    return *reinterpret_cast<Header*>(place);
}

}  // namespace

Foe::Foe(const integration::Stage& stage, Plan plan, Progress& progress)
    : stage_{stage},
      plan_{std::move(plan)},
      progress_{progress},
      random_{static_cast<std::mt19937::result_type>(plan_.seed)},
      wire_{stage.address()} {
    try_to_join();
}

void Foe::join() {
    own_ = wire_.attach(plan_.region, std::string{to_string(plan_.role)});
    segment_ = map(own_.segment.get(), Access::ReadWrite);
    roster_ = map(own_.roster.get(), Access::ReadOnly);
    wire_.activate(plan_.region, own_.id);
    joined_ = true;
    open_peers();
    if (bus::abi::kind_of(plan_.role) == bus::Kind::Raw) open_bytes();
}

// Others may have taken its place, or its own departed ones may be in the way.
void Foe::try_to_join() {
    try {
        join();
    } catch (const Refused&) {
    }
}

void Foe::leave() {
    joined_ = false;
    shared_.clear();
    peers_.clear();
    foreign_.clear();
    try {
        wire_.detach(plan_.region, own_.id);
    } catch (const Refused&) {  // it was put out meanwhile
    }
    segment_ = {};
}

void Foe::open_peers() {
    peers_.clear();
    if (plan_.role == Role::Server) shared_.clear();
    for (const auto& row : stage_.connect().status(plan_.region).attachments) {
        if (row.id == own_.id || !bus::abi::meets(plan_.role, row.role)) continue;
        try {
            Opened opened;
            opened.handle = wire_.open_peer(plan_.region, own_.id, row.id);
            if (plan_.role == Role::Server) {  // a client's exchange is its server's to write, too
                shared_.push_back(map(opened.handle.get(), Access::ReadWrite));
                continue;
            }
            opened.mapping = map(opened.handle.get(), Access::ReadOnly);
            opened.id = row.id;
            peers_.push_back(std::move(opened));
        } catch (const Refused&) {  // it has left
        }
    }
}

void Foe::open_bytes() {
    auto bytes = wire_.open_bytes(plan_.region, own_.id);
    for (auto* handle : {&bytes.lock, &bytes.segment}) {
        if (plan_.role == Role::Writer) {
            shared_.push_back(map(handle->get(), Access::ReadWrite));
            continue;
        }
        Opened opened;
        opened.mapping = map(handle->get(), Access::ReadOnly);
        opened.handle = std::move(*handle);
        foreign_.push_back(std::move(opened));
    }
}

void Foe::rage() {
    while (!progress_.over) {
        if (!joined_) {
            try_to_join();
            continue;
        }
        for (int i = 0; i < 1000 && !progress_.over; ++i) mutate();
        misuse();
    }
}

void Foe::mutate() {
    switch (number(8)) {
        case 0:
            return write_anywhere(segment_.data(), segment_.size());
        case 1:  // where the words are that steer
            return write_anywhere(segment_.data(), std::min<std::size_t>(segment_.size(), 512));
        case 2:
            if (!shared_.empty()) {
                auto& mapping = shared_[number(shared_.size())];
                return write_anywhere(mapping.data(), std::min<std::size_t>(mapping.size(), 256));
            }
            [[fallthrough]];
        default:
            if (plan_.role == Role::Publisher) return publish_almost();
            if (plan_.role == Role::Subscriber) return subscribe_almost();
            if (plan_.role == Role::Client) return exchange_almost(segment_.data());
            if (plan_.role == Role::Server && !shared_.empty())
                return exchange_almost(shared_[number(shared_.size())].data());
            return write_word(segment_.data() + 64 + 8 * number(24), evil_number());
    }
}

void Foe::write_word(std::byte* place, std::uint64_t value) {
    reinterpret_cast<bus::abi::Word*>(place)->store(value, std::memory_order_relaxed);
    progress_.mutations.fetch_add(1, std::memory_order_relaxed);
}

void Foe::write_anywhere(std::byte* begin, std::size_t size) {
    if (number(4) != 0) return write_word(begin + 8 * number(size / 8), evil_number());
    reinterpret_cast<std::atomic<std::uint8_t>*>(begin + number(size))
        ->store(static_cast<std::uint8_t>(random_()), std::memory_order_relaxed);
    progress_.mutations.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Foe::known_number() {
    if (peers_.empty() || number(4) == 0) return own_.id;
    const auto& mapping = peers_[number(peers_.size())].mapping;
    const auto place = 8 * number(std::min<std::size_t>(mapping.size(), 1024) / 8);
    return reinterpret_cast<const bus::abi::Word*>(mapping.data() + place)
        ->load(std::memory_order_relaxed);
}

std::uint64_t Foe::evil_number() { return evil(random_, known_number()); }

// Just where a subscriber looks next: mostly with the stamp that it waits for.
void Foe::publish_almost() {
    const auto& geometry = plan_.geometry;
    std::uint64_t next = 1 + number(geometry.slots);
    for (const auto& peer : peers_) {
        const auto* lane = peer.mapping.data() + sizeof(bus::abi::SubscriberHeader);
        for (std::uint32_t i = 0; i < geometry.lanes(); ++i, lane += geometry.lane_bytes())
            if (const auto& head = at<const LaneHead>(const_cast<std::byte*>(lane));
                head.publisher.load(std::memory_order_relaxed) == own_.id)
                next = head.cursor.load(std::memory_order_relaxed);
    }
    next += number(8) == 0 ? number(2 * geometry.slots) : 0;
    auto& header = at<PublisherHeader>(segment_.data());
    auto* slot = segment_.data() + geometry.payload_offset(std::max<std::uint64_t>(next, 1)) -
                 sizeof(SlotHeader);
    const auto word = [&](bus::abi::Word& place, std::uint64_t honest) {
        write_word(reinterpret_cast<std::byte*>(&place), number(4) == 0 ? evil_number() : honest);
    };
    auto& at_slot = at<SlotHeader>(slot);
    if (number(2) == 0) word(at_slot.extent, geometry.size - number(3));
    word(at_slot.stamp, number(4) == 0 ? next | bus::abi::skipped_bit : next);
    if (number(2) == 0) word(header.head, next);
    if (number(4) == 0) word(header.floor, next - std::min<std::uint64_t>(next, number(4)));
    if (number(8) == 0) word(header.sleep.epoch, 2 * number(100) + 1);
}

// Takes part in a lane that a publisher looks at, and states what it likes there.
void Foe::subscribe_almost() {
    const auto& geometry = plan_.geometry;
    auto* lane = segment_.data() + sizeof(bus::abi::SubscriberHeader) +
                 number(geometry.lanes()) * geometry.lane_bytes();
    auto& head = at<LaneHead>(lane);
    if (!peers_.empty()) {
        const auto& peer = peers_[number(peers_.size())];
        write_word(reinterpret_cast<std::byte*>(&head.publisher), peer.id);
        const auto published =
            at<const PublisherHeader>(const_cast<std::byte*>(peer.mapping.data()))
                .head.load(std::memory_order_relaxed);
        const auto near = published + 1 - std::min<std::uint64_t>(published, number(20));
        write_word(reinterpret_cast<std::byte*>(&head.cursor),
                   number(4) == 0 ? evil_number() : near);
        write_word(lane + sizeof(LaneHead) + 8 * number(geometry.holds),
                   number(4) == 0 ? evil_number() : near);
    }
    if (number(4) == 0)
        write_word(segment_.data() + offsetof(bus::abi::SubscriberHeader, sleeps) +
                       number(bus::abi::sleep_places) * sizeof(bus::abi::Sleep),
                   2 * number(100) + 1);
}

// The next request or answer of a slot, or one that nobody waits for.
void Foe::exchange_almost(std::byte* exchange) {
    const auto& geometry = plan_.geometry;
    auto* slot = exchange + geometry.payload_offset(1 + number(geometry.slots)) -
                 sizeof(bus::abi::RequestHeader);
    auto& header = at<bus::abi::RequestHeader>(slot);
    const auto sequence = (header.stamp.load(std::memory_order_relaxed) >> 3) + number(3);
    const auto state = static_cast<bus::abi::RequestState>(1 + number(4));
    if (number(2) == 0)
        write_word(reinterpret_cast<std::byte*>(&header.content),
                   number(4) == 0 ? evil_number() : number(2 * geometry.size));
    write_word(slot, number(4) == 0 ? evil_number() : bus::abi::request_stamp(sequence, state));
    if (number(4) == 0)
        write_word(exchange + offsetof(bus::abi::ExchangeHeader, sent), evil_number());
}

// What it does now and then, beside writing.
void Foe::misuse() {
    if (number(16) != 0) return;
    progress_.deeds.fetch_add(1, std::memory_order_relaxed);
    switch (number(8)) {
        case 0:
            return leave();
        case 1:
            return break_semaphore();
        case 2:
            return try_to_write();
        case 3:
            return fork();
        case 4:
            return report_stall();
        case 5:  // who has come since
            return open_peers();
        default:
            return flood_semaphore();
    }
}

void Foe::flood_semaphore() {
    const auto names = stage_.semaphores();
    if (names.empty()) return;
    const auto name = "/" + names[number(names.size())].substr(4);  // less "sem."
    auto* semaphore = ::sem_open(name.c_str(), 0);
    if (semaphore == SEM_FAILED) return;
    // A broken one would end this process too.
    Descriptor file{::open(("/dev/shm/sem." + name.substr(1)).c_str(), O_RDWR | O_CLOEXEC)};
    const std::string nothing(sizeof(sem_t), '\0');
    if (::pwrite(file.get(), nothing.data(), nothing.size(), 0) == sizeof(sem_t)) {
        for (int i = 0; i < 100; ++i) ::sem_post(semaphore);
        if (number(2) == 0)
            for (int i = 0; i < 200; ++i) ::sem_trywait(semaphore);
    }
    ::sem_close(semaphore);
}

void Foe::break_semaphore() {
    const auto names = stage_.semaphores();
    if (names.empty()) return;
    const auto path = "/dev/shm/" + names[number(names.size())];
    const Descriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    std::string bytes(sizeof(sem_t), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    [[maybe_unused]] auto written = ::pwrite(file.get(), bytes.data(), bytes.size(), 0);
    if (number(4) != 0) return;
    written = ::ftruncate(file.get(), static_cast<off_t>(number(2) * 16));
}

// Every way there is from a handle to memory that only another may write.
void Foe::try_to_write() {
    if (!plan_.stranger) return;
    const auto check = [](int fd, const std::byte* mapped, std::size_t size,
                          const std::string& whose) {
        auto ways = integration::ways_to_write(fd);
        const Descriptor self{static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
        const Descriptor copy{static_cast<int>(::syscall(SYS_pidfd_getfd, self.get(), fd, 0))};
        if (copy.get() >= 0) ways += integration::ways_to_write(copy.get());
        auto* memory = const_cast<std::byte*>(mapped);
        if (memory != nullptr && ::mprotect(memory, size, PROT_READ | PROT_WRITE) == 0)
            ways += "mprotect ";
        if (memory != nullptr) {
            void* again = ::mremap(memory, 0, size, MREMAP_MAYMOVE);
            if (again != MAP_FAILED) {
                if (::mprotect(again, size, PROT_READ | PROT_WRITE) == 0) ways += "mremap ";
                ::munmap(again, size);
            }
        }
        if (!ways.empty()) throw std::runtime_error{whose + " could be written: " + ways};
    };
    check(own_.roster.get(), roster_.data(), roster_.size(), "the roster");
    for (const auto& peer : peers_)
        check(peer.handle.get(), peer.mapping.data(), peer.mapping.size(), "a peer's segment");
    for (const auto& opened : foreign_)
        check(opened.handle.get(), opened.mapping.data(), opened.mapping.size(), "the writers'");
    // Its own, which was sealed: what it has mapped it may write, and nothing more.
    if (plan_.role != Role::Client) check(own_.segment.get(), nullptr, 0, "a sealed segment");
}

// A child has all the descriptors, and is no better off. It says by a pipe what it could do.
void Foe::fork() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    const Descriptor out{ends[0]};
    Descriptor in{ends[1]};
    const auto child = ::fork();
    if (child == 0) {
        try {
            try_to_write();
        } catch (const std::exception& error) {
            const std::string text{error.what()};
            [[maybe_unused]] const auto written = ::write(in.get(), text.data(), text.size());
        }
        ::_exit(0);
    }
    in.close();
    std::array<char, 512> text{};
    const auto size = ::read(out.get(), text.data(), text.size());
    if (child > 0) ::waitpid(child, nullptr, 0);
    if (size > 0)
        throw std::runtime_error{"in a child, " +
                                 std::string{text.data(), static_cast<std::size_t>(size)}};
}

void Foe::report_stall() {
    if (plan_.role != Role::Publisher) return;
    try {
        for (const auto& peer : peers_)
            static_cast<void>(wire_.report_stall(plan_.region, own_.id, peer.id));
        static_cast<void>(wire_.report_stall(plan_.region, own_.id, evil_number()));
    } catch (const Refused&) {
    }
}

}  // namespace adversity
