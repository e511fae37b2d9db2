// Watches the bus over a connection of its own, whose signals nobody else waits for.
#include <algorithm>
#include <deque>
#include <string>

#include <poll.h>

#include <bus/connection.hpp>

#include "abi/names.hpp"
#include "src/control.hpp"
#include "src/waiting.hpp"
#include "wire/dictionary.hpp"
#include "wire/paths.hpp"
#include "wire/sdbus_bridge.hpp"

namespace bus {
namespace {

Event::What what_from(std::string_view word) {
    for (const auto what : {Event::What::Attached, Event::What::Died, Event::What::Evicted})
        if (word == to_string(what)) return what;
    return Event::What::Detached;
}

std::string match_of(const char* interface) {
    return std::string{"type='signal',sender='"} + abi::bus_name + "',interface='" + interface +
           "'";
}

}  // namespace

class WatchCore {
public:
    explicit WatchCore(const ConnectionCore& control)
        : connection_{open_bus(control.address())}, bus_name_{control.bus_name()} {
        manager_match_ = wire::add_match(*connection_, match_of(abi::manager_interface),
                                         [this](auto& message) { take_manager(message); });
        region_match_ = wire::add_match(*connection_, match_of(abi::region_interface),
                                        [this](auto& message) { take_region(message); });
    }

    [[nodiscard]] int fd() const { return connection_->getEventLoopPollData().fd; }

    [[nodiscard]] std::optional<Event> next(std::chrono::nanoseconds timeout) {
        const auto deadline = deadline_after(timeout);
        try {
            for (;;) {
                while (wire::process_one(*connection_)) {
                }
                if (!events_.empty()) break;
                const auto left = deadline - std::chrono::steady_clock::now();
                if (left <= std::chrono::nanoseconds{0} || !poll_for(left)) return std::nullopt;
            }
        } catch (const sdbus::Error& error) {
            throw Error{Errc::Disconnected, bus_name_ + ": " + error.getMessage()};
        }
        auto event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

private:
    // False when nothing came in time, or a signal did.
    [[nodiscard]] bool poll_for(std::chrono::nanoseconds left) const {
        const auto data = connection_->getEventLoopPollData();
        pollfd polled{.fd = data.fd, .events = data.events, .revents = 0};
        const auto bounded = std::min<std::chrono::nanoseconds>(left, longest_sleep);
        const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(bounded).count();
        const int count = ::poll(&polled, 1, static_cast<int>(milliseconds));
        if ((polled.revents & POLLHUP) != 0)
            throw Error{Errc::Disconnected, bus_name_ + ": the connection to the bus broke"};
        return count >= 0;
    }

    void take_manager(sdbus::Message& message) {
        const std::string member = message.getMemberName();
        const bool added = member == "RegionAdded";
        if (!added && member != "RegionRemoved") return;
        Event event;
        event.what = added ? Event::What::RegionAdded : Event::What::RegionRemoved;
        message >> event.region;
        events_.push_back(std::move(event));
    }

    void take_region(sdbus::Message& message) {
        const auto region = wire::region_of_path(message.getPath());
        if (!region || std::string{message.getMemberName()} != "AttachmentChanged") return;
        Event event;
        event.region = *region;
        std::string role;
        std::string what;
        std::uint32_t pid = 0;
        std::uint32_t uid = 0;
        message >> event.attachment >> role >> what >> pid >> uid;
        event.what = what_from(what);
        event.role = wire::role_from(role);
        event.pid = static_cast<::pid_t>(pid);
        event.uid = uid;
        events_.push_back(std::move(event));
    }

    std::unique_ptr<sdbus::IConnection> connection_;
    std::string bus_name_;
    std::deque<Event> events_;
    wire::MatchSlot manager_match_;
    wire::MatchSlot region_match_;
};

Watch::Watch(const Connection& connection)
    : core_{std::make_unique<WatchCore>(*connection.core())} {}
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;
Watch::~Watch() = default;

std::optional<Event> Watch::next(std::chrono::nanoseconds timeout) { return core_->next(timeout); }
int Watch::fd() const noexcept { return core_->fd(); }

}  // namespace bus
