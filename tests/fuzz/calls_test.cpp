// Calls at random, well-formed and hostile, many in flight at a time: the daemon answers each and
// is afterwards what it was. Each call follows from the seed and its number alone.
//
//   HOSTILE_SEED   another seed than 1
//   HOSTILE_CALLS  calls a round, instead of 1000
#include <array>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <limits>
#include <list>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "hostile_value.hpp"
#include "stage.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;

namespace {

struct Method {
    const char* interface;
    const char* name;
    const char* types;
};
constexpr const char* manager = "org.shmbus1.Manager";
constexpr const char* region = "org.shmbus1.Region";
constexpr const char* properties = "org.freedesktop.DBus.Properties";
constexpr std::array methods{Method{manager, "CreateRegion", "ssa{sv}"},
                             Method{manager, "GetRegion", "s"},
                             Method{manager, "RemoveRegion", "s"},
                             Method{manager, "ListRegions", ""},
                             Method{manager, "GetQuotas", ""},
                             Method{region, "Attach", "sa{sv}"},
                             Method{region, "Activate", "t"},
                             Method{region, "OpenPeer", "tt"},
                             Method{region, "OpenBytes", "t"},
                             Method{region, "Grow", "tt"},
                             Method{region, "Announce", "tt"},
                             Method{region, "Detach", "t"},
                             Method{region, "ReportStall", "tt"},
                             Method{region, "GetStatistics", ""},
                             Method{region, "SetAccess", "a{sv}"},
                             Method{properties, "Get", "ss"},
                             Method{properties, "Set", "ssv"},
                             Method{properties, "GetAll", "s"},
                             Method{"org.freedesktop.DBus.Introspectable", "Introspect", ""},
                             Method{"org.freedesktop.DBus.ObjectManager", "GetManagedObjects", ""},
                             Method{"org.freedesktop.DBus.Peer", "Ping", ""}};

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

void checked(int result, const char* what) {
    if (result < 0) throw std::system_error{-result, std::system_category(), what};
}

// Sends calls without waiting, and hears what becomes of them.
class Attacker {
public:
    Attacker(const std::string& address, std::uint64_t seed)
        : wire_{connect_wire(address)}, seed_{seed} {}

    void call(std::uint64_t number, std::uint64_t in_flight) {
        if (in_flight > 1'000) values_.allow_handles(number % 32 == 0 ? 8 : 0);
        std::seed_seq both{seed_, number};
        fuzz::Random random{both};
        const auto& method = methods[fuzz::choose(random, methods.size())];
        send(method, path_for(method, random), random);
    }
    // Waits until all calls have their answers.
    void hear_all() {
        await("answers to " + std::to_string(open_.size()) + " hostile calls", [&] {
            while (::sd_bus_process(wire_.get(), nullptr) > 0) {
            }
            if (fault_) std::rethrow_exception(fault_);
            return open_.empty();
        });
    }
    // How often each error was the answer; "" stands for none.
    [[nodiscard]] const std::map<std::string, std::size_t>& answers() const { return answers_; }

private:
    struct Open {
        Attacker* attacker;
        std::string what;
    };

    static std::string path_for(const Method& method, fuzz::Random& random) {
        if (method.interface == manager) return "/org/shmbus1";
        constexpr std::array names{"topic", "raw", "topic", "raw", "x/1", "none"};
        if (method.interface == region || fuzz::choose(random, 8) != 0)
            return path_of(names[fuzz::choose(random, names.size())]);
        constexpr std::array paths{"/", "/org/shmbus1", "/org/shmbus1/region",
                                   "/org/shmbus1/region/_", "/org/shmbus1/region/topic/below"};
        return paths[fuzz::choose(random, paths.size())];
    }
    void send(const Method& method, const std::string& path, fuzz::Random& random) {
        sd_bus_message* made = nullptr;
        checked(::sd_bus_message_new_method_call(wire_.get(), &made, "org.shmbus1", path.c_str(),
                                                 method.interface, method.name),
                "new call");
        const Message message{made};
        std::string types = method.types;
        if (fuzz::choose(random, 8) == 0) types = values_.any_types(random);
        // Two of the regions stay, for the others to be about something.
        if (std::string{"RemoveRegion"} == method.name)
            checked(::sd_bus_message_append_basic(made, 's', "x/1"), "name");
        else
            values_.append(made, types, random);
        const auto place =
            open_.emplace(open_.end(), Open{this, method.name + ("(" + types + ")")});
        place->attacker = this;
        checked(::sd_bus_call_async(wire_.get(), nullptr, made, &hear, &*place, 50'000'000),
                place->what.c_str());
    }
    static int hear(sd_bus_message* answer, void* user, sd_bus_error* /*error*/) {
        const auto* open = static_cast<Open*>(user);
        auto& self = *open->attacker;
        const auto* error = ::sd_bus_message_get_error(answer);
        ++self.answers_[error != nullptr ? error->name : ""];
        try {
            self.judge(open->what, error);
        } catch (...) {  // not through sd-bus
            if (!self.fault_) self.fault_ = std::current_exception();
        }
        self.open_.remove_if([open](const Open& one) { return &one == open; });
        return 0;
    }
    // What no call may come to: no answer, or a text of several lines.
    void judge(const std::string& what, const sd_bus_error* error) const {
        if (error == nullptr) return;
        const std::string name = error->name;
        const std::string text = error->message != nullptr ? error->message : "";
        const bool lost = name.ends_with(".NoReply") || name.ends_with(".ServiceUnknown") ||
                          name.ends_with(".Disconnected") || name.ends_with(".NameHasNoOwner");
        if (lost || text.find('\n') != std::string::npos)
            throw std::runtime_error{what + " of seed " + std::to_string(seed_) + ": " + name +
                                     ": " + text};
    }

    Wire wire_;
    std::uint64_t seed_;
    fuzz::HostileValues values_;
    std::list<Open> open_;
    std::map<std::string, std::size_t> answers_;
    std::exception_ptr fault_;  // the first
};

// Kilobytes of memory that are the daemon's own.
std::size_t own_memory(::pid_t pid) {
    std::ifstream lines{"/proc/" + std::to_string(pid) + "/smaps_rollup"};
    for (std::string word; lines >> word;)
        if (word == "Anonymous:") {
            std::size_t size = 0;
            lines >> size;
            return size;
        }
    throw std::runtime_error{"the daemon's memory cannot be measured"};
}

// Small, so that what calls create costs little.
constexpr const char* limits =
    "[Limits]\nMaxRegions=8\nMaxAttachments=64\nMaxSegmentSize=1M\nMaxTotalSize=16M\n";

struct Scene {
    Scene() {
        auto bus = stage.connect();
        bus.create_topic("topic", {.size = 64});
        bus.create_raw("raw", {.size = 4096});
    }
    // One round of calls by a client of its own, all of whose traces are then removed.
    void attack(std::uint64_t seed, std::uint64_t calls, std::uint64_t in_flight) {
        {
            Attacker attacker{stage.address(), seed};
            for (std::uint64_t number = 1; number <= calls; ++number) {
                attacker.call(number, in_flight);
                if (number % in_flight == 0) attacker.hear_all();
            }
            attacker.hear_all();
            answers = attacker.answers();
        }
        await("the attacker to be forgotten", [&] { return stage.usage()["attachments"] == 0; });
        auto bus = stage.connect();
        for (const auto& info : bus.regions())
            if (info.name != "topic" && info.name != "raw") bus.remove(info.name);
    }
    Stage stage{limits};
    std::map<std::string, std::size_t> answers;
};

}  // namespace

TEST_CASE("hostile calls: whatever is called, the daemon answers and is then what it was") {
    Scene scene;
    const auto seed = setting("HOSTILE_SEED", 1);
    const auto calls = setting("HOSTILE_CALLS", 1'000);
    const auto pid = scene.stage.daemon().pid();
    scene.attack(seed, calls, 100);
    const auto usage = scene.stage.usage();
    const auto open = scene.stage.open_in_daemon();
    // The same calls again: what each round left behind would show in every one of them.
    auto least_growth = std::numeric_limits<std::ptrdiff_t>::max();
    for (int round = 0; round < 3; ++round) {
        const auto before = own_memory(pid);
        scene.attack(seed, calls, 100);
        const auto growth = static_cast<std::ptrdiff_t>(own_memory(pid) - before);
        least_growth = std::min(least_growth, growth);
    }
    const auto allowed = static_cast<std::ptrdiff_t>(calls / 16 + 64);  // KiB, so 64 bytes a call
    CHECK(least_growth < allowed);
    CHECK(scene.stage.usage() == usage);
    CHECK(scene.stage.open_in_daemon() == open);
    CHECK(scene.stage.semaphores().empty());
    CHECK(scene.stage.daemon().process().running());
    CHECK(scene.answers.size() > 5);  // not all were refused for the same reason
    std::ostringstream said;
    for (const auto& [name, count] : scene.answers) said << count << " " << name << "; ";
    const auto total = 4 * calls;
    MESSAGE(total << " hostile calls of seed " << seed << "; of the last round: " << said.str());
}

TEST_CASE("hostile calls: thousands in flight at a time are answered, and leave nothing") {
    Scene scene;
    const auto open = scene.stage.open_in_daemon();
    scene.attack(setting("HOSTILE_SEED", 1) + 1, 3'000, 3'000);
    CHECK(scene.stage.open_in_daemon() == open);
    CHECK(scene.stage.semaphores().empty());
    bus::BytesSubscriber feed{scene.stage.connect(), "topic"};
    CHECK(feed.state() == bus::State::Active);
}
