// The way to the daemon: which bus, and what can be asked without joining a region.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bus/access.hpp>
#include <bus/activity.hpp>
#include <bus/error.hpp>
#include <bus/quota.hpp>
#include <bus/region.hpp>

namespace bus {
class ConnectionCore;  // private
}

namespace [[gnu::visibility("default")]] bus {

class WatchCore;  // private

/// A connection to shmbusd over one D-Bus bus. Copies share the connection.
/// Attachments made through it live at most as long as it does: the daemon takes the end of the
/// connection for the end of the client.
/// Thread-safety: thread-safe.
class Connection {
public:
    /// The system bus. Throws: Error NoBus.
    [[nodiscard]] static Connection system();
    /// The session bus, from DBUS_SESSION_BUS_ADDRESS. Throws: Error NoBus.
    [[nodiscard]] static Connection session();
    /// Any bus, by its D-Bus address ("unix:path=..."). Throws: Error NoBus.
    [[nodiscard]] static Connection address(const std::string& address);

    /// Creates a topic. Throws: Error RegionExists, InvalidName, InvalidArgument, LimitsExceeded,
    /// OutOfMemory, AccessDenied (see [Create] in shmbusd.conf), NoDaemon.
    void create_topic(std::string_view name, const TopicOptions& options);
    /// Creates a service. Throws: as create_topic().
    void create_service(std::string_view name, const ServiceOptions& options);
    /// Creates a raw region. Throws: as create_topic().
    void create_raw(std::string_view name, const RawOptions& options);
    /// Ends a region: everyone in it is told, its memory is returned once the last one lets go.
    /// Throws: Error NoSuchRegion, AccessDenied, NoDaemon.
    void remove(std::string_view name);
    /// All regions the daemon has, by name. Throws: Error NoDaemon.
    [[nodiscard]] std::vector<RegionInfo> regions();
    /// Whether a region of this name is there. Throws: Error InvalidName, NoDaemon.
    [[nodiscard]] bool contains(std::string_view name);
    /// One region with everyone in it. Throws: Error NoSuchRegion, NoDaemon.
    [[nodiscard]] RegionStatus status(std::string_view name);
    /// All regions with everyone in them, and the daemon itself, in three calls however many
    /// regions there are. Asked once, whether or not a daemon is being started again: for those who
    /// look again anyway, and must not wait long. Throws: Error NoDaemon, TimedOut after `limit`.
    [[nodiscard]] Activity activity(std::chrono::nanoseconds limit);
    /// Who may join a region. Throws: Error NoSuchRegion, NoDaemon.
    [[nodiscard]] Access access(std::string_view name);
    /// Changes who may join a region, for those who join from now on; those who are in it keep what
    /// they have, as with a file that is open. For the region's owner and for administrators: on
    /// the system bus polkit may ask a person, which this call waits for (2 minutes at most).
    /// Throws: Error AccessDenied, InvalidArgument, LimitsExceeded, NoSuchRegion, NoDaemon.
    void set_access(std::string_view name, const AccessChange& change);
    /// What users have of the service's resources and may have: for administrators everyone who has
    /// something, for others their own line. Throws: Error NoDaemon.
    [[nodiscard]] std::vector<Quota> quotas();
    /// The daemon's version. Throws: Error NoDaemon.
    [[nodiscard]] std::string daemon_version();
    /// The bus in words, for messages: "the session bus (unix:path=...)".
    [[nodiscard]] const std::string& bus_name() const noexcept;

    [[nodiscard]] const std::shared_ptr<ConnectionCore>& core() const noexcept { return core_; }

private:
    explicit Connection(std::shared_ptr<ConnectionCore> core);
    // Shared: every attachment needs the connection alive, whichever of them ends last.
    std::shared_ptr<ConnectionCore> core_;
};

/// Tells what happens on the bus as it happens: regions added and removed, joins, leaves, deaths.
/// Thread-safety: thread-bound.
class Watch {
public:
    /// Starts watching over a connection of its own to the same bus. Throws: Error NoBus.
    explicit Watch(const Connection& connection);
    Watch(Watch&&) noexcept;
    Watch& operator=(Watch&&) noexcept;
    ~Watch();

    /// The next event, or nothing after `timeout`. Throws: Error Disconnected.
    [[nodiscard]] std::optional<Event> next(std::chrono::nanoseconds timeout);
    /// Readable when next() may have something; for poll and event loops.
    [[nodiscard]] int fd() const noexcept;

private:
    std::unique_ptr<WatchCore> core_;
};

}  // namespace bus
