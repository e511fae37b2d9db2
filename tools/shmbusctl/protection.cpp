#include "protection.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <bus/connection.hpp>
#include <bus/publisher.hpp>
#include <bus/raw.hpp>
#include <bus/subscriber.hpp>

#include "bench/statistics.hpp"

namespace ctl {
namespace {

using namespace std::chrono_literals;

// What the kernel says when a subscriber asks for the right to write where a sample lies.
std::string ask_to_write(const bus::Connection& bus, const std::string& topic) {
    bus::BytesPublisher publisher{bus, topic};
    bus::BytesSubscriber subscriber{bus, topic};
    const std::vector<std::byte> payload(32);
    if (publisher.publish(payload) != bus::Outcome::Published || !subscriber.wait_for(1s))
        return {};
    const auto sample = subscriber.take();
    if (!sample) return {};
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto place = reinterpret_cast<std::uintptr_t>(sample.data()) / page * page;
    if (::mprotect(reinterpret_cast<void*>(place), page, PROT_READ | PROT_WRITE) == 0)
        return "permitted";
    return std::strerror(errno);
}

double time_lock(const bus::Connection& bus, const std::string& name) {
    constexpr int pairs = 1000;
    bus::Region region{bus, name, bus::Role::Writer};
    std::vector<double> times(50);
    for (auto& time : times) {
        const double start = bench::now();
        for (int i = 0; i < pairs; ++i) (void)region.lock();
        time = (bench::now() - start) / pairs;
    }
    return bench::median(times);
}

}  // namespace

Protection try_protection(const std::string& address, const std::string& label) {
    auto bus = bus::Connection::address(address);
    Protection protection;
    bus.create_topic(label + "/guard", {.size = 32});
    protection.refusal = ask_to_write(bus, label + "/guard");
    bus.remove(label + "/guard");
    bus.create_raw(label + "/lock", {.size = 4096});
    protection.lock_ns = time_lock(bus, label + "/lock");
    bus.remove(label + "/lock");
    return protection;
}

}  // namespace ctl
