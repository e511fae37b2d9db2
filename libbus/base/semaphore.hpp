// A named POSIX semaphore, as its maker and as those who open it see it.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace bus::base {

// A semaphore that somebody else made. Everyone entitled to it may write its file: fill it with
// anything, or cut it short. So its count is a hint, every wait has a bound and every waiter looks
// again; and no byte of it is touched but by the kernel, in futex(2), to which memory that is not
// there is an error. glibc's own functions would end the process: on a flag that they do not know
// by abort(), on a file cut short by SIGBUS.
class Semaphore {
public:
    Semaphore() noexcept = default;
    // Opens the semaphore `name` ("/..."). Throws: Error SystemError.
    explicit Semaphore(const std::string& name);
    Semaphore(Semaphore&& other) noexcept { swap(other); }
    Semaphore& operator=(Semaphore&& other) noexcept {
        Semaphore{std::move(other)}.swap(*this);
        return *this;
    }
    ~Semaphore();

    [[nodiscard]] explicit operator bool() const noexcept { return memory_ != nullptr; }
    void post() noexcept;
    // False when nothing was posted in time, or a signal came. The posts stay until forget(): a
    // call to take them would lie between the post and the work that it is for.
    bool wait_for(std::chrono::nanoseconds timeout) noexcept;
    // Takes the posts that waits have found.
    void forget() noexcept;
    void swap(Semaphore& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(found_, other.found_);
    }

private:
    void* memory_ = nullptr;
    bool found_ = false;  // a wait has found posts
};

// The name of a semaphore that this process made; unlinks it in the end. Those who have it open
// keep it. Mode 0600 with a POSIX ACL entry for each further user.
class SemaphoreName {
public:
    SemaphoreName() noexcept = default;
    // Creates the semaphore with count 0. Throws: Error SystemError, OutOfMemory.
    explicit SemaphoreName(std::string name);
    // Takes over the semaphore that an earlier process of this user made under this name; where
    // that has vanished, creates one. Throws: Error SystemError, OutOfMemory.
    [[nodiscard]] static SemaphoreName take_over(std::string name);
    SemaphoreName(SemaphoreName&& other) noexcept : name_{std::exchange(other.name_, {})} {}
    SemaphoreName& operator=(SemaphoreName&& other) noexcept {
        SemaphoreName{std::move(other)}.name_.swap(name_);
        return *this;
    }
    ~SemaphoreName();

    [[nodiscard]] const std::string& get() const noexcept { return name_; }
    // Lets these users post and wait besides the owner, and nobody else. Throws: Error SystemError.
    void entitle(std::span<const uid_t> users) const;

private:
    std::string name_;
};

// The names of all semaphores on this machine that begin with `prefix` ("/...") and belong to the
// calling user. Never throws for a file that vanishes meanwhile.
[[nodiscard]] std::vector<std::string> list_semaphores(std::string_view prefix);

// Takes a name away; a name that is not there is no error.
void unlink_semaphore(const std::string& name) noexcept;

}  // namespace bus::base
