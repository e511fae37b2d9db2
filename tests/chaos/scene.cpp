#include "scene.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bus/bus.hpp>

#include "watchdog.hpp"
#include "wire_client.hpp"

namespace chaos {
namespace {

using What = Fault::What;

constexpr const char* filling = "/dev/shm/chaos-filling";
// Small enough to be used up.
constexpr const char* limits =
    "[Limits]\nMaxRegions=7\nMaxAttachments=40\nMaxSegmentSize=4M\nMaxTotalSize=64M\n";

// A /dev/shm that this process and its children have to themselves.
bool take_own_shm() {
    return ::geteuid() == 0 && ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("chaos", "/dev/shm", "tmpfs", 0, "size=512k") == 0;
}

const integration::PrivateBus& configured(const integration::PrivateBus& bus) {
    const auto directory = bus.directory() / "config/shmbus";
    std::filesystem::create_directories(directory);
    std::ofstream{directory + "/shmbusd.conf"} << limits;
    return bus;
}

std::size_t open_in(::pid_t pid, const std::string& beginning) {
    std::size_t count = 0;
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/fd", ignored})
        count +=
            std::filesystem::read_symlink(entry.path(), ignored).string().starts_with(beginning);
    return count;
}

}  // namespace

Scene::Scene(std::uint64_t seed)
    : seed_{seed},
      owns_shm_{take_own_shm()},
      tag_{integration::WireClient{bus_.address()}.bus_id().substr(0, 16)},
      keeper_{configured(bus_)} {
    auto bus = keeper_.connect();
    bus.create_topic(lossless, {.size = 256, .slots = 64});
    bus.create_topic(newest, {.size = 256, .slots = 16, .overflow = bus::Overflow::Overwrite});
    bus.create_raw(raw, {.size = 4096});
    bus.create_service(service, {.size = 64, .standbys = 1});
    for (const auto& role : roles())
        for (std::size_t i = 0; i < role.count; ++i) parts_.push_back({&role, nullptr, 0});
    for (std::size_t part = 0; part < parts_.size(); ++part) play(part);
}

void Scene::play(std::size_t part) {
    auto& played = parts_[part];
    const Order order{.address = bus_.address(),
                      .book = &*book_,
                      .index = part,
                      .seed = seed_ + 1'000 * part + 1'000'000 * ++played.lives};
    played.actor.reset();
    played.actor = std::make_unique<integration::Actor>(
        "part " + std::to_string(part) + ", who " + played.role->name,
        [order, role = played.role](integration::Cue&) { role->play(order); });
}

void Scene::begin(const Fault& fault) {
    auto& actor = *parts_[fault.part].actor;
    switch (fault.what) {
        case What::Kill:
            actor.kill();
            return play(fault.part);
        case What::Stop:
            return actor.process().halt();
        case What::Slow:
            book_->parts[fault.part].slow = 2'000;
            return;
        case What::KillDaemon:
            return keeper_.kill();
        case What::StopDaemon:
            return keeper_.signal(SIGSTOP);
        case What::FillShm:
            return fill_shm(true);
        case What::Descriptors:
            return limit_descriptors(true);
    }
}

void Scene::end(const Fault& fault) {
    switch (fault.what) {
        case What::Kill:
            return;
        case What::Stop:
            return parts_[fault.part].actor->process().signal(SIGCONT);
        case What::Slow:
            book_->parts[fault.part].slow = 0;
            return;
        case What::KillDaemon:
            return keeper_.start();
        case What::StopDaemon:
            return keeper_.signal(SIGCONT);
        case What::FillShm:
            return fill_shm(false);
        case What::Descriptors:
            return limit_descriptors(false);
    }
}

void Scene::fill_shm(bool full) {
    if (!owns_shm_) return;
    if (!full) {
        std::filesystem::remove(filling);
        return;
    }
    const integration::Descriptor file{::open(filling, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    const std::string page(4096, 'x');
    while (::write(file.get(), page.data(), page.size()) > 0) {
    }
}

void Scene::limit_descriptors(bool none_more) {
    static rlimit before{};
    const auto pid = keeper_.pid();
    if (!none_more) {
        ::prlimit(pid, RLIMIT_NOFILE, &before, nullptr);
        return;
    }
    ::prlimit(pid, RLIMIT_NOFILE, nullptr, &before);
    const rlimit used{open_in(pid, ""), before.rlim_max};
    ::prlimit(pid, RLIMIT_NOFILE, &used, nullptr);
}

void Scene::check_parts() {
    for (auto& part : parts_)
        if (!part.actor->process().running()) part.actor->finish();  // throws what it says
}

void Scene::await_progress() {
    std::vector<std::uint64_t> before;
    for (std::size_t i = 0; i < parts_.size(); ++i) before.push_back(book_->parts[i].progress);
    for (std::size_t i = 0; i < parts_.size(); ++i)
        integration::await(
            "something done by part " + std::to_string(i) + ", who " + parts_[i].role->name, [&] {
                check_parts();
                ::usleep(1'000);
                return book_->parts[i].progress != before[i];
            });
}

// Who takes is among the first, and ends once everyone who publishes has.
void Scene::finish() {
    book_->phase = Book::Phase::Drain;
    const auto takes = [](const Role& role) {
        return std::string_view{role.name}.starts_with("takes");
    };
    for (auto& part : parts_)
        if (!takes(*part.role)) part.actor->finish();
    book_->phase = Book::Phase::End;
    for (auto& part : parts_)
        if (takes(*part.role)) part.actor->finish();
}

std::uint64_t Scene::sum() {
    bus::Region region{keeper_.connect(), raw, bus::Role::Reader};
    std::uint64_t sum = 0;
    const auto lock = region.try_lock_for(integration::patience);
    if (!lock) integration::give_up("the lock of the raw region");
    std::memcpy(&sum, region.bytes().data() + sizeof sum, sizeof sum);
    return sum;
}

std::string Scene::left() {
    integration::WireClient client{bus_.address()};
    integration::await("the last to be forgotten",
                       [&] { return client.figures("Usage")["attachments"] == 0; });
    auto bus = keeper_.connect();
    for (const auto& info : bus.regions()) bus.remove(info.name);
    std::ostringstream text;
    for (const auto& [what, count] : client.figures("Usage"))
        if (count != 0) text << count << " of " << what << " in use; ";
    for (const auto& name : keeper_.kept()) text << name << " in the store; ";
    if (const auto count = open_in(keeper_.pid(), "/memfd:shmbus"); count != 0)
        text << count << " segments open in the daemon; ";
    for (const auto& file : std::filesystem::directory_iterator{"/dev/shm"})
        if (file.path().filename().string().find(tag_) != std::string::npos)
            text << file.path() << "; ";
    return text.str();
}

}  // namespace chaos
