#include "user.hpp"

#include <csignal>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "actor.hpp"
#include "process.hpp"

namespace integration {

std::string text_of(::uid_t user) {
    const auto* entry = ::getpwuid(user);
    const auto number = number_of(user);
    return entry != nullptr ? "user " + std::string{entry->pw_name} + " (" + number + ")"
                            : "user " + number;
}

bool can_become_others() {
    if (::geteuid() == 0) return true;
    MESSAGE("passed over: only root can become another user");
    return false;
}

void become(::uid_t user, std::vector<::gid_t> groups) {
    const bool changed = ::setgroups(groups.size(), groups.data()) == 0 &&
                         ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0;
    Cue::require(changed, "the user cannot be changed");
    Process::die_with_parent(::getppid(), SIGKILL);  // forgotten with the user
}

}  // namespace integration
