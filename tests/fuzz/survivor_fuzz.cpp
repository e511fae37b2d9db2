// What a restarted daemon finds in the store: rosters that say anything, descriptors of any kind
// under any name. Each region is taken up or set aside, what is set aside stays as it was, and what
// is taken up goes on.
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "abi/roles.hpp"
#include "script.hpp"
#include "unit/daemon/store_fixture.hpp"
#include "unit/evil.hpp"
#include "verdict.hpp"

namespace {

using bus::base::UniqueFd;
using shmbusd::Inheritance;

// A topic "a", a raw region "b" and a service "c", each with members, whose daemon has died.
class Estate {
public:
    Estate() {
        auto registry = std::make_unique<shmbusd::TestRegistry>(shmbusd::Limits{}, &store);
        auto& topic = registry->create("a");
        const bus::abi::Shape bytes{
            .kind = bus::Kind::Raw, .size = 4096, .fence = bus::Fence::Full};
        auto& raw = registry->create("b", bytes);
        bus::abi::Shape calls = bus::abi::default_shape(bus::Kind::Service);
        calls.size = 8;
        calls.fence = bus::Fence::Full;
        auto& service = registry->create("c", calls);
        std::vector<std::unique_ptr<shmbusd::Member>> members;
        for (auto* region : {&topic, &raw, &service}) {
            const auto join = [&](bus::Role role, const char* peer) {
                members.push_back(std::make_unique<shmbusd::Member>(
                    *region, role, shmbusd::user(1000, peer), shmbusd::WakerKind::EventFd));
            };
            join(bus::abi::leading_role(region->kind()), ":1.1");
            join(bus::abi::following_role(region->kind()), ":1.2");
        }
        store.set_open(false);
        registry.reset();
        store.set_open(true);
    }
    shmbusd::TestStore store;
};

constexpr std::size_t roster_bytes = 4096;

UniqueFd copy_roster(int from) {
    const bus::base::Mapping old{from, roster_bytes, bus::base::Access::ReadOnly,
                                 bus::base::Populate::Lazily, "old"};
    auto fd = bus::base::make_memfd("roster", roster_bytes);
    const bus::base::Mapping fresh{fd.get(), roster_bytes, bus::base::Access::ReadWrite,
                                   bus::base::Populate::Lazily, "fresh"};
    std::memcpy(fresh.data(), old.data(), roster_bytes);
    return fd;
}

void deface(int roster, fuzz::Script& script) {
    const bus::base::Mapping mapping{roster, roster_bytes, bus::base::Access::ReadWrite,
                                     bus::base::Populate::Lazily, "roster"};
    const auto words = script.choose(8);
    for (std::size_t i = 0; i < words; ++i) {
        const auto at = script.number<std::uint16_t>() % (roster_bytes - sizeof(std::uint64_t));
        const auto value = script.choose(2) == 0 ? script.number<std::uint64_t>()
                                                 : bus::evil(script, script.choose(16));
        std::memcpy(mapping.data() + at, &value, 1 + script.choose(sizeof value));
    }
}

UniqueFd strange(fuzz::Script& script) {
    switch (script.choose(6)) {
        case 0:
            return UniqueFd{::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        case 1:
            return UniqueFd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        case 2:
            return UniqueFd{::open("/dev/null", O_RDWR | O_CLOEXEC)};
        case 3:
            return UniqueFd{::memfd_create("plain", MFD_CLOEXEC)};
        case 4:
            return bus::base::make_memfd("other", 4096 * (1 + script.choose(4)));
        default:
            return UniqueFd{::memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    }
}

// Descriptors are taken away, are there twice, are others, or have other names.
void muddle(Inheritance& left, fuzz::Script& script) {
    const auto times = script.choose(4);
    for (std::size_t i = 0; i < times && !left.empty(); ++i) {
        auto place = left.begin();
        std::advance(place, static_cast<std::ptrdiff_t>(script.choose(left.size())));
        switch (script.choose(4)) {
            case 0:
                left.erase(place);
                break;
            case 1:
                left.emplace(place->first,
                             UniqueFd{::fcntl(place->second.get(), F_DUPFD_CLOEXEC, 3)});
                break;
            case 2:
                place->second = strange(script);
                break;
            default:
                left.emplace(script.text(), std::move(left.extract(place).mapped()));
        }
    }
}

// Whoever was in a region that was taken up can go on in it, and others can join.
void use(shmbusd::Region& region) {
    static_cast<void>(region.statistics());
    static_cast<void>(region.info());
    region.resume();
    try {
        shmbusd::Member late{region, bus::abi::following_role(region.kind()),
                             shmbusd::user(0, ":1.9"), shmbusd::WakerKind::EventFd};
        late.detach();
    } catch (const bus::Error&) {  // of another kind, full, or not for this type
    }
    for (const char* peer : {":1.1", ":1.2"}) region.client_gone(peer);
}

void check(shmbusd::Restoration& done, shmbusd::TestRegistry& next, const Inheritance& before,
           const shmbusd::TestStore& store) {
    fuzz::require(done.regions.size() == next.registry.regions().size(),
                  "a region is there of which nobody is told");
    for (const auto& text : done.set_aside)
        fuzz::require(
            text.find('\n') == std::string::npos || before.contains(text.substr(0, text.find(':'))),
            "what is set aside has a reason of several lines");
    if (done.regions.empty() && done.dropped == 0 && !done.set_aside.empty())
        fuzz::require(store.kept.size() <= before.size(), "the store has grown");
    for (auto* region : done.regions) use(*region);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Estate estate;
    fuzz::Script script{data, size};
    shmbusd::TestStore store;
    for (const auto& [name, fd] : estate.store.leave()) {
        auto kept = name.front() == 'r' ? copy_roster(fd.get())
                                        : UniqueFd{::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)};
        if (name.front() == 'r') deface(kept.get(), script);
        store.kept.emplace(name, std::move(kept));
    }
    muddle(store.kept, script);
    const auto before = store.leave();
    shmbusd::TestRegistry next{{}, &store};
    auto done = shmbusd::restore(next.registry, store, store.leave());
    check(done, next, before, store);
    return 0;
}
