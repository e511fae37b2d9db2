// A store in this process, and a region that an earlier daemon left in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>

#include "base/mapping.hpp"
#include "base/memfd.hpp"
#include "daemon/restoration.hpp"
#include "daemon/store.hpp"
#include "registry_fixture.hpp"

namespace shmbusd {

class TestStore final : public Store {
public:
    void keep(const std::string& name, int fd) override {
        if (full) throw bus::Error{bus::Errc::LimitsExceeded, "the store is full"};
        if (open_) kept.emplace(name, copy(fd));
    }
    void drop(const std::string& name) noexcept override {
        if (open_) kept.erase(name);
    }
    // What the next process gets.
    [[nodiscard]] Inheritance leave() const {
        Inheritance left;
        for (const auto& [name, fd] : kept) left.emplace(name, copy(fd.get()));
        return left;
    }
    [[nodiscard]] std::string names() const {
        std::string text;
        for (const auto& [name, fd] : kept) text += (text.empty() ? "" : " ") + name;
        return text;
    }
    [[nodiscard]] int fd(const std::string& name) const { return kept.find(name)->second.get(); }
    void replace(const std::string& name, bus::base::UniqueFd fd) {
        kept.erase(name);
        kept.emplace(name, std::move(fd));
    }
    // A process that is dying has no say any more.
    void set_open(bool open) { open_ = open; }

    Inheritance kept;
    bool full = false;

private:
    static bus::base::UniqueFd copy(int fd) {
        return bus::base::UniqueFd{::fcntl(fd, F_DUPFD_CLOEXEC, 3)};
    }
    bool open_ = true;
};

// Region "a" (r1) with publisher 1 and subscribers 2 and 3, the last with an eventfd, whose daemon
// has died.
class Wreck {
public:
    Wreck() {
        auto& region = first_->create("a");
        publisher = std::make_unique<TestPublisher>(region, ":1.1");
        one = std::make_unique<TestSubscriber>(region, ":1.2");
        other = std::make_unique<TestSubscriber>(region, ":1.3", WakerKind::EventFd);
        one->bind(*publisher);
        other->bind(*publisher);
        publisher->publish();
    }
    // kill -9, as near as one process can come to it: semaphores' names go too.
    void kill() {
        store.set_open(false);
        first_.reset();
        store.set_open(true);
    }
    [[nodiscard]] Restoration restore_into(TestRegistry& next) {
        return restore(next.registry, store, store.leave());
    }
    // Kills, has `spoil` spoil the roster, and says why the next daemon sets it aside.
    template <class Spoil>
    [[nodiscard]] std::string why_aside(Spoil spoil) {
        kill();
        {
            bus::base::Mapping mapping{store.fd("r1"), 4096, bus::base::Access::ReadWrite,
                                       bus::base::Populate::Lazily, "roster"};
            auto* header = reinterpret_cast<bus::abi::RosterHeader*>(mapping.data());
            spoil(*header, reinterpret_cast<bus::abi::RosterEntry*>(header + 1));
        }
        return verdict();
    }
    [[nodiscard]] std::string verdict() {
        const auto before = store.names();
        TestRegistry next{{}, &store};
        const auto done = restore_into(next);
        if (!next.registry.regions().empty() || done.set_aside.size() != 1) return "restored";
        if (store.names() != before) return "touched";
        return done.set_aside.front();
    }
    [[nodiscard]] Region& region() { return first_->registry.get("a"); }

    TestStore store;

private:
    std::unique_ptr<TestRegistry> first_ = std::make_unique<TestRegistry>(Limits{}, &store);

public:
    std::unique_ptr<TestPublisher> publisher;
    std::unique_ptr<TestSubscriber> one;
    std::unique_ptr<TestSubscriber> other;
};

}  // namespace shmbusd
