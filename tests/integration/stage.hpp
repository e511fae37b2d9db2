// Where a case plays: a bus of its own and a shmbusd on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <bus/connection.hpp>

#include "actor.hpp"
#include "private_bus.hpp"
#include "program.hpp"

namespace integration {

class Stage {
public:
    // Whether the bus passes for the system bus, to the daemon and to the stage's clients.
    enum class Bus { Any, System };

    // Starts both; `config` is the daemon's configuration file.
    explicit Stage(const std::string& config = {}, Bus kind = Bus::Any);
    ~Stage();

    [[nodiscard]] const std::string& address() const noexcept { return bus_.address(); }
    [[nodiscard]] bus::Connection connect() const { return bus::Connection::address(address()); }
    [[nodiscard]] PrivateBus& bus() noexcept { return bus_; }
    [[nodiscard]] Program& daemon() { return *daemon_; }

    // kill -9.
    void kill_daemon();
    // SIGTERM.
    Ending terminate_daemon();
    // Starts one where none is, and waits until it serves.
    void start_daemon();
    // Writes the configuration file, or one of the declared regions, for the next start or reload.
    void configure(const std::string& text) const;
    void declare(const std::string& file, const std::string& text) const;
    // SIGHUP, and waits until the daemon has done what it asks for.
    void reload();
    // Runs the daemon's program on the same configuration, with these words besides.
    [[nodiscard]] PrivateBus::Report run_daemon(const std::vector<std::string>& words);

    // Names that are in /dev/shm by this stage's daemons.
    [[nodiscard]] std::vector<std::string> semaphores() const;
    [[nodiscard]] const std::string& semaphore_prefix() const noexcept { return semaphore_prefix_; }
    // What the daemon has open, and how many of these are memory.
    struct Open {
        std::size_t descriptors = 0;
        std::size_t segments = 0;
        friend bool operator==(const Open&, const Open&) = default;
        friend std::ostream& operator<<(std::ostream& out, const Open& open) {
            return out << open.descriptors << " descriptors, " << open.segments << " segments";
        }
    };
    [[nodiscard]] Open open_in_daemon() const;
    // The same as it is now, while answers may still be on their way.
    [[nodiscard]] Open count_open() const;
    // What the daemon says is used: "regions", "attachments", "total" (bytes).
    [[nodiscard]] std::map<std::string, std::uint64_t> usage() const;

    // The row of this process in the region's status; nothing when it has none.
    [[nodiscard]] std::optional<bus::AttachmentInfo> row_of(const std::string& region,
                                                            ::pid_t pid) const;
    // Posts to this process's semaphore that nobody has taken yet. Requires: it has one, and no
    // more than one attachment in the region.
    [[nodiscard]] int posts_to(const std::string& region, ::pid_t pid) const;
    // Waits until the actor sleeps in the region, and leaves it halted there, still asleep.
    void halt_asleep(const std::string& region, Actor& actor) const;
    // Waits until the daemon has noticed that this process is gone.
    void await_departure(const std::string& region, ::pid_t pid) const;

private:
    [[nodiscard]] std::vector<std::string> command() const;

    PrivateBus bus_;
    Bus kind_;
    std::string config_;
    std::string regions_;
    std::string semaphore_prefix_;
    std::optional<Program> daemon_;
};

}  // namespace integration
