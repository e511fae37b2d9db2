#include "stage.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <semaphore.h>

#include <bus/error.hpp>

#include "watchdog.hpp"
#include "wire_client.hpp"

namespace integration {

Stage::Stage(const std::string& config, Bus kind)
    : kind_{kind},
      config_{bus_.directory() / "shmbusd.conf"},
      regions_{bus_.directory() / "regions.d"} {
    configure(config);
    std::filesystem::create_directory(regions_);
    semaphore_prefix_ = "sem.shmbus-" + WireClient{address()}.bus_id().substr(0, 16) + "-";
    start_daemon();
}

Stage::~Stage() = default;

void Stage::configure(const std::string& text) const { std::ofstream{config_} << text; }

void Stage::declare(const std::string& file, const std::string& text) const {
    std::ofstream{regions_ + "/" + file} << text;
}

std::vector<std::string> Stage::command() const {
    const std::vector<std::string> rest{"--config=" + config_, "--regions=" + regions_};
    std::vector<std::string> words{SHMBUSD, "--address=" + address()};
    if (kind_ == Bus::System)
        words = {"env", "DBUS_SYSTEM_BUS_ADDRESS=" + address(), SHMBUSD, "--system"};
    words.insert(words.end(), rest.begin(), rest.end());
    return words;
}

void Stage::reload() {
    const auto count = [&] {
        const auto log = daemon_->output();
        std::size_t lines = 0;
        for (auto at = log.find(" reloaded\n"); at != std::string::npos;
             at = log.find(" reloaded\n", at + 1))
            ++lines;
        return lines;
    };
    const auto before = count();
    daemon_->process().signal(SIGHUP);
    await("shmbusd to reload", [&] { return count() > before; });
}

PrivateBus::Report Stage::run_daemon(const std::vector<std::string>& words) {
    auto all = command();
    all.insert(all.end(), words.begin(), words.end());
    return bus_.run(std::move(all));
}

void Stage::start_daemon() {
    daemon_.emplace(command(), bus_.directory() / "shmbusd.log");
    auto connection = connect();
    await("shmbusd to serve", [&] {
        if (!daemon_->process().running())
            throw std::runtime_error{"shmbusd ends at once: " + daemon_->output()};
        try {
            return !connection.daemon_version().empty();
        } catch (const bus::Error& error) {
            if (error.errc() != bus::Errc::NoDaemon) throw;
            return false;
        }
    });
}

void Stage::kill_daemon() {
    daemon_->process().signal(SIGKILL);
    daemon_->process().await_end();
    daemon_.reset();
}

Ending Stage::terminate_daemon() {
    const auto ending = daemon_->terminate();
    daemon_.reset();
    return ending;
}

std::vector<std::string> Stage::semaphores() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator{"/dev/shm"})
        if (file.path().filename().string().starts_with(semaphore_prefix_))
            names.push_back(file.path().filename().string());
    return names;
}

Stage::Open Stage::open_in_daemon() const {
    // Once it answers this it has let go of whatever it sent with earlier answers.
    static_cast<void>(usage());
    return count_open();
}

Stage::Open Stage::count_open() const {
    Open open;
    std::error_code ignored;
    const auto folder = "/proc/" + std::to_string(daemon_->pid()) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        ++open.descriptors;
        const auto target = std::filesystem::read_symlink(entry.path(), ignored).string();
        open.segments += target.starts_with("/memfd:shmbus");
    }
    return open;
}

std::map<std::string, std::uint64_t> Stage::usage() const {
    return WireClient{address()}.figures("Usage");
}

std::optional<bus::AttachmentInfo> Stage::row_of(const std::string& region, ::pid_t pid) const {
    for (auto& row : connect().status(region).attachments)
        if (row.pid == pid) return row;
    return std::nullopt;
}

int Stage::posts_to(const std::string& region, ::pid_t pid) const {
    const auto ending = "-" + std::to_string(row_of(region, pid).value().id);
    for (const auto& file : semaphores()) {
        if (!file.ends_with(ending)) continue;
        auto* semaphore = ::sem_open(("/" + file.substr(4)).c_str(), 0);  // less "sem."
        if (semaphore == SEM_FAILED)
            throw std::system_error{errno, std::system_category(), "sem_open"};
        int count = 0;
        ::sem_getvalue(semaphore, &count);
        ::sem_close(semaphore);
        return count;
    }
    throw std::runtime_error{"process " + std::to_string(pid) + " has no semaphore"};
}

void Stage::halt_asleep(const std::string& region, Actor& actor) const {
    const auto asleep = [&] {
        const auto row = row_of(region, actor.pid());
        return row && row->asleep;
    };
    await("process " + std::to_string(actor.pid()) + " to sleep", [&] {
        if (!asleep()) return false;
        actor.process().halt();
        if (asleep()) return true;  // and nothing can wake it now
        actor.process().signal(SIGCONT);
        return false;
    });
}

void Stage::await_departure(const std::string& region, ::pid_t pid) const {
    await("the departure of process " + std::to_string(pid), [&] {
        const auto row = row_of(region, pid);
        return !row || row->state == bus::State::Departed;
    });
}

}  // namespace integration
