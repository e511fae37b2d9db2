#include "base/semaphore.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <type_traits>

#include <fcntl.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sys/acl.h>

#include "base/system_call.hpp"
#include "base/unique_fd.hpp"

namespace bus::base {
namespace {

constexpr const char* directory = "/dev/shm";  // where glibc keeps named semaphores, as "sem.NAME"

std::string path_of(const std::string& name) {
    return std::string{directory} + "/sem." + name.substr(1);
}

// Whether a file is there that can be a semaphore which this user made.
bool is_own(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == ::geteuid();
}

struct AclDeleter {
    void operator()(acl_t acl) const noexcept { ::acl_free(acl); }
};
using Acl = std::unique_ptr<std::remove_pointer_t<acl_t>, AclDeleter>;

void append_entry(Acl& acl, acl_tag_t tag, const uid_t* user, bool entitled,
                  const std::string& name) {
    acl_t raw = acl.release();
    acl_entry_t entry{};
    const int created = ::acl_create_entry(&raw, &entry);
    acl.reset(raw);
    check(created, name, "acl_create_entry");
    check(::acl_set_tag_type(entry, tag), name, "acl_set_tag_type");
    if (user != nullptr) check(::acl_set_qualifier(entry, user), name, "acl_set_qualifier");
    acl_permset_t permissions{};
    check(::acl_get_permset(entry, &permissions), name, "acl_get_permset");
    check(::acl_clear_perms(permissions), name, "acl_clear_perms");
    if (!entitled) return;
    check(::acl_add_perm(permissions, ACL_READ), name, "acl_add_perm");
    check(::acl_add_perm(permissions, ACL_WRITE), name, "acl_add_perm");
}

// A wait for longer is one for so long: the sum must fit into nanoseconds.
constexpr std::chrono::hours longest_wait{24 * 365};

timespec deadline_after(std::chrono::nanoseconds timeout) noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto total = std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec} +
                       std::min<std::chrono::nanoseconds>(timeout, longest_wait);
    const auto whole = std::chrono::floor<std::chrono::seconds>(total);
    return {static_cast<time_t>(whole.count()), static_cast<long>((total - whole).count())};
}

// As glibc has a semaphore in memory.
struct Words {
    std::uint32_t* count;
    std::uint32_t* waiters;
};
static_assert(sizeof(void*) == 8, "glibc's semaphores are others on 32 bits");

Words words_of(void* memory) noexcept {
    auto* words = static_cast<std::uint32_t*>(memory);
    constexpr bool little = std::endian::native == std::endian::little;
    return {words + (little ? 0 : 1), words + (little ? 1 : 0)};
}

// Changes the count in one step and wakes one who waits for it; nothing where there is no memory.
void change(std::uint32_t* count, int operation, int operand) noexcept {
    constexpr int wakes = 1;
    ::syscall(SYS_futex, count, FUTEX_WAKE_OP, wakes, nullptr, count,
              FUTEX_OP(operation, operand, FUTEX_OP_CMP_EQ, 0));
}

// Where the semaphore is broken, its waiter looks again every so often.
void rest_until(const timespec& deadline) noexcept {
    const timespec soon = deadline_after(std::chrono::milliseconds{5});
    const bool over =
        std::pair{deadline.tv_sec, deadline.tv_nsec} < std::pair{soon.tv_sec, soon.tv_nsec};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, over ? &deadline : &soon, nullptr);
}

}  // namespace

Semaphore::Semaphore(const std::string& name) {
    const UniqueFd file{::open(path_of(name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    if (!file) fail(name, "sem_open");
    auto* memory =
        ::mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) fail(name, "mmap");
    memory_ = memory;
}

Semaphore::~Semaphore() {
    if (memory_ != nullptr) ::munmap(memory_, sizeof(sem_t));
}

// Adds one and wakes the waiter. A count that runs over is somebody's prank.
void Semaphore::post() noexcept {
    auto* count = words_of(memory_).count;
    change(count, FUTEX_OP_ADD, 1);
}

bool Semaphore::wait_for(std::chrono::nanoseconds timeout) noexcept {
    auto* count = words_of(memory_).count;
    const timespec deadline = deadline_after(timeout);
    const auto result = ::syscall(SYS_futex, count, FUTEX_WAIT_BITSET, 0, &deadline, nullptr,
                                  FUTEX_BITSET_MATCH_ANY);
    if (result == 0 || errno == EAGAIN) return found_ = true;
    if (errno != ETIMEDOUT && errno != EINTR) rest_until(deadline);
    return false;
}

void Semaphore::forget() noexcept {
    if (std::exchange(found_, false)) change(words_of(memory_).count, FUTEX_OP_SET, 0);
}

SemaphoreName::SemaphoreName(std::string name) : name_{std::move(name)} {
    ::sem_t* handle = ::sem_open(name_.c_str(), O_CREAT | O_EXCL, 0600, 0U);
    if (handle == SEM_FAILED) fail(std::exchange(name_, {}), "sem_open");
    // sem_post() wakes only where somebody waits by its count, and our waiters do not count.
    *words_of(handle).waiters = 1;
    ::sem_close(handle);
    // The umask may have taken the owner's own bits; sem_open offers no way around it.
    check(::chmod(path_of(name_).c_str(), 0600), name_, "chmod");
}

SemaphoreName SemaphoreName::take_over(std::string name) {
    if (!is_own(path_of(name))) return SemaphoreName{std::move(name)};
    SemaphoreName taken;
    taken.name_ = std::move(name);
    return taken;
}

SemaphoreName::~SemaphoreName() {
    if (!name_.empty()) ::sem_unlink(name_.c_str());
}

void SemaphoreName::entitle(std::span<const uid_t> users) const {
    Acl acl{::acl_init(static_cast<int>(users.size()) + 4)};
    if (!acl) fail(name_, "acl_init");
    append_entry(acl, ACL_USER_OBJ, nullptr, true, name_);
    append_entry(acl, ACL_GROUP_OBJ, nullptr, false, name_);
    append_entry(acl, ACL_OTHER, nullptr, false, name_);
    for (const uid_t user : users) append_entry(acl, ACL_USER, &user, true, name_);
    if (!users.empty()) append_entry(acl, ACL_MASK, nullptr, true, name_);
    check(::acl_set_file(path_of(name_).c_str(), ACL_TYPE_ACCESS, acl.get()), name_,
          "acl_set_file");
}

std::vector<std::string> list_semaphores(std::string_view prefix) {
    const auto wanted = "sem." + std::string{prefix.substr(1)};
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator{directory, error}) {
        const auto leaf = file.path().filename().string();
        if (leaf.starts_with(wanted) && is_own(file.path())) names.push_back("/" + leaf.substr(4));
    }
    return names;
}

void unlink_semaphore(const std::string& name) noexcept { ::sem_unlink(name.c_str()); }

}  // namespace bus::base
