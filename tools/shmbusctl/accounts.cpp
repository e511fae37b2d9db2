#include "accounts.hpp"

#include <cerrno>
#include <vector>

#include <grp.h>
#include <pwd.h>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

constexpr std::size_t largest_entry = 1 << 20;  // a group's entry lists its members

// Asks with a buffer that grows for as long as the answer does not fit; `otherwise` when there is
// none.
template <class Entry, class Ask, class Take>
std::string look_up(Ask ask, Take take, const std::string& otherwise) {
    for (std::vector<char> buffer(1024); buffer.size() <= largest_entry;
         buffer.resize(buffer.size() * 4)) {
        Entry entry{};
        Entry* found = nullptr;
        if (ask(&entry, buffer.data(), buffer.size(), &found) == ERANGE) continue;
        return found != nullptr ? take(*found) : otherwise;
    }
    return otherwise;
}

}  // namespace

std::string user_name(::uid_t uid) {
    return look_up<::passwd>([uid](auto... rest) { return ::getpwuid_r(uid, rest...); },
                             [](const ::passwd& entry) { return one_line(entry.pw_name); },
                             fmt::format("{}", uid));
}

std::string group_name(::gid_t gid) {
    return look_up<::group>([gid](auto... rest) { return ::getgrgid_r(gid, rest...); },
                            [](const ::group& entry) { return one_line(entry.gr_name); },
                            fmt::format("{}", gid));
}

std::string user_number(const std::string& user) {
    return look_up<::passwd>([&user](auto... rest) { return ::getpwnam_r(user.c_str(), rest...); },
                             [](const ::passwd& entry) { return fmt::format("{}", entry.pw_uid); },
                             user);
}

std::string group_number(const std::string& group) {
    return look_up<::group>([&group](auto... rest) { return ::getgrnam_r(group.c_str(), rest...); },
                            [](const ::group& entry) { return fmt::format("{}", entry.gr_gid); },
                            group);
}

}  // namespace ctl
