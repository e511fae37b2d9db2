#include "base/semaphore.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <unistd.h>

#include <acl/libacl.h>
#include <doctest/doctest.h>
#include <sys/acl.h>

#include <bus/error.hpp>

#include "base/unique_fd.hpp"
#include "descriptors.hpp"

namespace bus::base {
namespace {

using namespace std::chrono_literals;

// A name nobody else uses, in this process or another. Not a daemon's: a starting one clears away
// the names of daemons that are dead.
std::string fresh_name() {
    static int count = 0;
    return "/unittest-shmbus" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

std::string file_of(const std::string& name) { return "/dev/shm/sem." + name.substr(1); }

bool exists(const std::string& name) { return std::filesystem::exists(file_of(name)); }

bool is_mapped(const std::string& name) {
    std::ifstream maps{"/proc/self/maps"};
    for (std::string text; std::getline(maps, text);)
        if (text.find(file_of(name)) != std::string::npos) return true;
    return false;
}

// Who may do what, as the kernel has it: "u:UID" or the class's letter, and "rw" or "".
std::map<std::string, std::string> rights_of(const std::string& name) {
    std::map<std::string, std::string> rights;
    acl_t acl = ::acl_get_file(file_of(name).c_str(), ACL_TYPE_ACCESS);
    REQUIRE(acl != nullptr);
    acl_entry_t entry{};
    for (int which = ACL_FIRST_ENTRY; ::acl_get_entry(acl, which, &entry) == 1;
         which = ACL_NEXT_ENTRY) {
        acl_tag_t tag{};
        acl_permset_t permissions{};
        ::acl_get_tag_type(entry, &tag);
        ::acl_get_permset(entry, &permissions);
        std::string who = tag == ACL_USER_OBJ    ? "owner"
                          : tag == ACL_GROUP_OBJ ? "group"
                          : tag == ACL_OTHER     ? "other"
                          : tag == ACL_MASK      ? "mask"
                                                 : "u:";
        if (tag == ACL_USER) {
            auto* user = static_cast<uid_t*>(::acl_get_qualifier(entry));
            who += std::to_string(*user);
            ::acl_free(user);
        }
        rights[who] = std::string{::acl_get_perm(permissions, ACL_READ) == 1 ? "r" : ""} +
                      (::acl_get_perm(permissions, ACL_WRITE) == 1 ? "w" : "") +
                      (::acl_get_perm(permissions, ACL_EXECUTE) == 1 ? "x" : "");
    }
    ::acl_free(acl);
    return rights;
}

TEST_CASE("semaphore: a fresh one has no handle") { CHECK_FALSE(Semaphore{}); }

TEST_CASE("semaphore: opening a name that is not there is an error that names it") {
    try {
        const Semaphore semaphore{"/unittest-shmbus-nobody"};
        FAIL("opened nothing");
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::SystemError);
        CHECK(std::string{error.what()}.starts_with("/unittest-shmbus-nobody: sem_open: "));
    }
}

TEST_CASE("semaphore: posts end every wait until they are forgotten") {
    const SemaphoreName name{fresh_name()};
    Semaphore poster{name.get()};
    Semaphore waiter{name.get()};
    poster.post();
    poster.post();
    CHECK(waiter.wait_for(1h));
    CHECK(waiter.wait_for(1h));
    waiter.forget();
    CHECK_FALSE(waiter.wait_for(0ns));
    poster.post();
    CHECK(waiter.wait_for(1h));
}

TEST_CASE("semaphore: a post that no wait has found is not forgotten") {
    const SemaphoreName name{fresh_name()};
    Semaphore semaphore{name.get()};
    CHECK_FALSE(semaphore.wait_for(0ns));
    semaphore.post();
    semaphore.forget();
    CHECK(semaphore.wait_for(0ns));
}

TEST_CASE("semaphore: a post ends the wait of another thread, one by sem_post() too") {
    const SemaphoreName name{fresh_name()};
    Semaphore waiter{name.get()};
    std::thread poster{[&] { Semaphore{name.get()}.post(); }};
    CHECK(waiter.wait_for(1h));
    poster.join();
    waiter.forget();
    std::thread other{[&] {
        auto* handle = ::sem_open(name.get().c_str(), 0);
        ::sem_post(handle);
        ::sem_close(handle);
    }};
    CHECK(waiter.wait_for(1h));
    other.join();
}

// Bytes in which every flag, count and address of glibc's is wrong in another way.
std::vector<std::string> scribbles() {
    std::vector<std::string> all;
    for (const char byte : {'\x01', '\x7f', '\x80', '\xff'}) {
        all.emplace_back(sizeof(sem_t), byte);
        for (std::size_t at = 0; at < sizeof(sem_t); ++at) {
            all.emplace_back(sizeof(sem_t), '\0');
            all.back()[at] = byte;
        }
    }
    return all;
}

TEST_CASE("semaphore: whatever a peer writes into it, a post and a wait end") {
    const SemaphoreName name{fresh_name()};
    Semaphore semaphore{name.get()};
    const UniqueFd file{::open(file_of(name.get()).c_str(), O_RDWR | O_CLOEXEC)};
    for (const auto& bytes : scribbles()) {
        REQUIRE(::pwrite(file.get(), bytes.data(), bytes.size(), 0) == sizeof(sem_t));
        semaphore.post();
        static_cast<void>(semaphore.wait_for(1ms));  // not there when the count ran over
        semaphore.forget();
        CHECK_FALSE(semaphore.wait_for(0ns));
    }
}

TEST_CASE("semaphore: when a peer cuts it short, a post and a wait end") {
    const SemaphoreName name{fresh_name()};
    Semaphore semaphore{name.get()};
    REQUIRE(::truncate(file_of(name.get()).c_str(), 0) == 0);
    semaphore.post();
    CHECK_FALSE(semaphore.wait_for(1h));  // looks again soon
    CHECK_FALSE(semaphore.wait_for(-1s));
    const Semaphore other{name.get()};
}

TEST_CASE("semaphore: a wait without a post ends, not before its time") {
    const SemaphoreName name{fresh_name()};
    Semaphore waiter{name.get()};
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(waiter.wait_for(20ms));
    CHECK(std::chrono::steady_clock::now() - start >= 20ms);
}

TEST_CASE("semaphore: a wait of no or of negative time ends at once") {
    const SemaphoreName name{fresh_name()};
    Semaphore waiter{name.get()};
    CHECK_FALSE(waiter.wait_for(0ns));
    CHECK_FALSE(waiter.wait_for(-1s));
    waiter.post();
    CHECK(waiter.wait_for(-1s));
}

TEST_CASE("semaphore: the longest wait there is takes a post that is there") {
    const SemaphoreName name{fresh_name()};
    Semaphore waiter{name.get()};
    waiter.post();
    CHECK(waiter.wait_for(std::chrono::nanoseconds::max()));
}

TEST_CASE("semaphore: move construction leaves the source empty") {
    const SemaphoreName name{fresh_name()};
    Semaphore source{name.get()};
    Semaphore target{std::move(source)};
    CHECK_FALSE(source);
    target.post();
    CHECK(target.wait_for(0ns));
}

TEST_CASE("semaphore: a move onto a full target closes the old one") {
    const SemaphoreName old_name{fresh_name()};
    const SemaphoreName new_name{fresh_name()};
    Semaphore target{old_name.get()};
    Semaphore source{new_name.get()};
    CHECK(is_mapped(old_name.get()));
    target = std::move(source);
    CHECK_FALSE(is_mapped(old_name.get()));
    CHECK(is_mapped(new_name.get()));
    CHECK_FALSE(source);
}

TEST_CASE("semaphore: a move onto itself keeps it open") {
    const SemaphoreName name{fresh_name()};
    Semaphore semaphore{name.get()};
    auto& same = semaphore;
    semaphore = std::move(same);
    REQUIRE(semaphore);
    semaphore.post();
    CHECK(semaphore.wait_for(0ns));
}

TEST_CASE("semaphore: it is closed at its end and keeps no descriptor") {
    const SemaphoreName name{fresh_name()};
    const auto before = open_descriptors();
    {
        const Semaphore semaphore{name.get()};
        CHECK(is_mapped(name.get()));
        CHECK(open_descriptors() == before);
    }
    CHECK_FALSE(is_mapped(name.get()));
}

TEST_CASE("semaphore name: it is unlinked at its end, and those who have it open keep it") {
    const auto text = fresh_name();
    Semaphore semaphore;
    {
        const SemaphoreName name{text};
        CHECK(exists(text));
        semaphore = Semaphore{text};
    }
    CHECK_FALSE(exists(text));
    semaphore.post();
    CHECK(semaphore.wait_for(0ns));
}

TEST_CASE("semaphore name: a name that is taken is refused, and stays with its owner") {
    const SemaphoreName name{fresh_name()};
    CHECK_THROWS_AS((SemaphoreName{name.get()}), Error);
    CHECK(exists(name.get()));
}

TEST_CASE("semaphore name: move construction leaves one owner") {
    SemaphoreName source{fresh_name()};
    const auto text = source.get();
    {
        const SemaphoreName target{std::move(source)};
        CHECK(target.get() == text);
        CHECK(source.get().empty());
        CHECK(exists(text));
    }
    CHECK_FALSE(exists(text));
}

TEST_CASE("semaphore name: a move onto a full target unlinks the old name") {
    SemaphoreName source{fresh_name()};
    SemaphoreName target{fresh_name()};
    const auto old = target.get();
    const auto text = source.get();
    target = std::move(source);
    CHECK_FALSE(exists(old));
    CHECK(exists(text));
    CHECK(target.get() == text);
}

TEST_CASE("semaphore name: a move onto itself keeps the name") {
    SemaphoreName name{fresh_name()};
    const auto text = name.get();
    auto& same = name;
    name = std::move(same);
    CHECK(name.get() == text);
    CHECK(exists(text));
}

TEST_CASE("semaphore name: it belongs to its maker alone, whatever the umask") {
    const auto before = ::umask(0777);
    const SemaphoreName name{fresh_name()};
    ::umask(before);
    struct stat status {};
    REQUIRE(::stat(file_of(name.get()).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("semaphore name: entitled users may read and write, and nobody else") {
    const SemaphoreName name{fresh_name()};
    const std::vector<uid_t> users{1000, 65534};
    name.entitle(users);
    const std::map<std::string, std::string> wanted{{"owner", "rw"},  {"group", ""},
                                                    {"other", ""},    {"mask", "rw"},
                                                    {"u:1000", "rw"}, {"u:65534", "rw"}};
    CHECK(rights_of(name.get()) == wanted);
}

TEST_CASE("semaphore name: entitling others takes the right from those before") {
    const SemaphoreName name{fresh_name()};
    const std::vector<uid_t> first{1000};
    const std::vector<uid_t> second{1001};
    name.entitle(first);
    name.entitle(second);
    const auto rights = rights_of(name.get());
    CHECK_FALSE(rights.contains("u:1000"));
    CHECK(rights.contains("u:1001"));
}

TEST_CASE("semaphore name: entitling nobody leaves the owner's own mode") {
    const SemaphoreName name{fresh_name()};
    name.entitle({});
    const std::map<std::string, std::string> wanted{{"owner", "rw"}, {"group", ""}, {"other", ""}};
    CHECK(rights_of(name.get()) == wanted);
}

TEST_CASE("semaphores: those with the prefix are listed, and no others") {
    const SemaphoreName one{fresh_name()};
    const SemaphoreName two{fresh_name()};
    const auto all = list_semaphores("/unittest-shmbus" + std::to_string(::getpid()));
    CHECK(std::ranges::count(all, one.get()) == 1);
    CHECK(std::ranges::count(all, two.get()) == 1);
    CHECK(list_semaphores(one.get()) == std::vector{one.get()});
    CHECK(list_semaphores("/unittest-shmbus-nobody").empty());
}

TEST_CASE("semaphores: one of another user is not listed" * doctest::skip(::geteuid() != 0) *
          doctest::description("needs root, to give one away")) {
    const SemaphoreName name{fresh_name()};
    REQUIRE(::chown(file_of(name.get()).c_str(), 65534, 65534) == 0);
    CHECK(list_semaphores(name.get()).empty());
}

TEST_CASE("semaphores: a symbolic link with the right name is not listed") {
    const auto name = fresh_name();
    std::filesystem::create_symlink("/dev/null", file_of(name));
    CHECK(list_semaphores(name).empty());
    unlink_semaphore(name);
    CHECK_FALSE(std::filesystem::is_symlink(file_of(name)));
}

TEST_CASE("semaphores: unlinking a name that is not there is no error") {
    unlink_semaphore("/unittest-shmbus-nobody");
    CHECK(list_semaphores("/unittest-shmbus-nobody").empty());
}

// A daemon that was killed leaves its names behind.
std::string leave_behind() {
    const auto name = fresh_name();
    ::sem_close(::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 3U));
    return name;
}

TEST_CASE("semaphore: a name that was left behind is taken over with its posts, and unlinked") {
    const auto name = leave_behind();
    {
        const auto taken = SemaphoreName::take_over(name);
        CHECK(taken.get() == name);
        Semaphore semaphore{name};
        CHECK(semaphore.wait_for(0ms));
    }
    CHECK_FALSE(exists(name));
}

TEST_CASE("semaphore: a name that vanished is made anew when it is taken over") {
    const auto name = fresh_name();
    const auto taken = SemaphoreName::take_over(name);
    CHECK(exists(name));
    CHECK_FALSE(Semaphore{name}.wait_for(0ms));
}

}  // namespace
}  // namespace bus::base
