// The client's end of the control path: one D-Bus connection, calls turned into nouns of libbus,
// failures into bus::Error.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/access.hpp>
#include <bus/activity.hpp>
#include <bus/publisher.hpp>
#include <bus/quota.hpp>
#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "base/unique_fd.hpp"
#include "src/bus_address.hpp"
#include "src/patience.hpp"
#include "wire/error_bridge.hpp"
#include "wire/shape.hpp"

namespace bus {

// What the daemon hands to one that attaches, or to one that opens a peer's segment.
struct Handles {
    base::UniqueFd segment;
    std::string semaphore;  // empty with an eventfd
    base::UniqueFd event;
};
struct AttachReply {
    std::uint64_t attachment = 0;
    abi::Geometry geometry;
    base::UniqueFd roster;
    Handles handles;
};
// What the attachments of a raw region share; of a growth the bytes alone.
struct BytesReply {
    std::uint64_t generation = 0;
    std::uint64_t bytes = 0;
    base::UniqueFd lock;
    base::UniqueFd segment;
};
struct AttachRequest {
    Role role{};
    std::string_view type;
    std::size_t size = 0;
    bus::Waker waker{};
    bool standby = false;  // a server: it waits where another one serves
};

// Whether a call waits for a daemon that is being started again, or may be made where nothing must
// wait: then it is made once, and given up after a moment.
enum class Manner { Patient, Brisk };

// Thread-safety: thread-safe.
class ConnectionCore {
public:
    explicit ConnectionCore(BusAddress address);
    ~ConnectionCore();

    [[nodiscard]] const BusAddress& address() const noexcept { return address_; }
    [[nodiscard]] const std::string& bus_name() const noexcept { return bus_name_; }

    // All throw: Error NoDaemon, TimedOut, Disconnected, and as the D-Bus interface says. A call
    // that the daemon's death cut off, or that comes while it is being started again, is repeated
    // for some seconds; where no daemon has ever been, or not even after that, it fails at once.
    void create_region(const std::string& name, const wire::RegionRequest& request);
    void remove_region(const std::string& name);
    [[nodiscard]] std::string find_region(const std::string& name);  // its object path
    [[nodiscard]] std::vector<RegionInfo> regions();
    [[nodiscard]] RegionStatus status(const std::string& name);
    // Asked once, in the time that `limit` gives.
    [[nodiscard]] Activity activity(std::chrono::nanoseconds limit);
    [[nodiscard]] Access access(const std::string& name);
    void set_access(const std::string& name, const AccessChange& change);
    [[nodiscard]] std::vector<Quota> quotas();
    [[nodiscard]] std::string version();
    [[nodiscard]] AttachReply attach(const std::string& path, const std::string& name,
                                     const AttachRequest& request);
    void activate(const std::string& path, std::uint64_t attachment);
    [[nodiscard]] Handles open_peer(const std::string& path, std::uint64_t attachment,
                                    std::uint64_t peer, Manner manner);
    // Of a raw region.
    [[nodiscard]] BytesReply open_bytes(const std::string& path, std::uint64_t attachment,
                                        Manner manner);
    [[nodiscard]] BytesReply grow(const std::string& path, std::uint64_t attachment,
                                  std::uint64_t bytes);
    void announce(const std::string& path, std::uint64_t attachment, std::uint64_t generation);
    // Asked once: who leaves does not wait for a daemon that is away. False when it is.
    [[nodiscard]] bool detach(const std::string& path, std::uint64_t attachment);
    // Brisk.
    [[nodiscard]] bool report_stall(const std::string& path, std::uint64_t attachment,
                                    std::uint64_t laggard);

private:
    class ManagerProxy;
    class RegionProxy;
    [[nodiscard]] static Access access_of(RegionProxy& region);
    [[nodiscard]] static abi::Shape shape_of(RegionProxy& region);
    using Lock = std::unique_lock<std::timed_mutex>;
    // One call: on its way alone, its failure as bus::Error. `cut_off` (or none) becomes true when
    // an attempt may have been carried out without an answer.
    template <class Call>
    auto guarded(const std::string& object, Call call, bool* cut_off = nullptr);
    // Made once, and given up when the connection is not free within `limit`.
    template <class Call>
    auto once(const std::string& object, std::chrono::nanoseconds limit, Call call);
    template <class Call>
    auto briskly(const std::string& object, Call call);
    [[nodiscard]] bool worth_repeating(const sdbus::Error& error, Patience& patience);
    [[nodiscard]] bool is_as_asked(const std::string& name, const wire::RegionRequest& request);

    BusAddress address_;
    std::string bus_name_;
    std::timed_mutex mutex_;           // one call at a time on the connection
    std::atomic<bool> served_{false};  // a daemon was there the last time
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<ManagerProxy> manager_;
};

// What the call answers. A descriptor that sdbus-c++ 2 receives and cannot duplicate is an error as
// any other.
template <class Call>
auto received(const std::string& object, Call& call) {
    try {
        return call();
    } catch (const Error&) {
        throw;
    } catch (const std::system_error& error) {
        throw Error{Errc::SystemError, object + ": " + error.what()};
    }
}

template <class Call>
auto ConnectionCore::once(const std::string& object, std::chrono::nanoseconds limit, Call call) {
    const Lock lock{mutex_, limit};
    if (!lock) throw Error{Errc::TimedOut, object + ": another call is under way"};
    try {
        return received(object, call);
    } catch (const sdbus::Error& error) {
        throw wire::from_wire(error, object, bus_name_);
    }
}

}  // namespace bus
