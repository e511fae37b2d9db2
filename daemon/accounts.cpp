#include "daemon/accounts.hpp"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <vector>

#include <grp.h>
#include <pwd.h>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

constexpr std::size_t largest_entry = 1 << 20;  // a group's entry lists its members

// Asks with a buffer that grows for as long as the answer does not fit; nothing when there is no
// answer.
template <class Entry, class Ask, class Take>
auto look_up(Ask ask, Take take) -> std::optional<decltype(take(Entry{}))> {
    for (std::vector<char> buffer(1024); buffer.size() <= largest_entry;
         buffer.resize(buffer.size() * 4)) {
        Entry entry{};
        Entry* found = nullptr;
        if (ask(&entry, buffer.data(), buffer.size(), &found) == ERANGE) continue;
        if (found == nullptr) break;
        return take(*found);
    }
    return std::nullopt;
}

// All bits set is no user and no group: chown(2) takes it for "leave it".
std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number == UINT32_MAX) return std::nullopt;
    return number;
}

[[noreturn]] void refuse(const char* what, std::string_view name) {
    std::string shown;
    for (const char c : name.substr(0, 64)) shown += c < 0x20 || c > 0x7e ? '?' : c;
    throw bus::Error{bus::Errc::InvalidArgument, "\"" + shown + "\": there is no such " + what};
}

}  // namespace

uid_t user_id(std::string_view name) {
    if (const auto number = number_of(name)) return *number;
    const auto id = look_up<passwd>(
        [text = std::string{name}](auto... rest) { return ::getpwnam_r(text.c_str(), rest...); },
        [](const passwd& entry) { return entry.pw_uid; });
    if (!id) refuse("user", name);
    return *id;
}

gid_t group_id(std::string_view name) {
    if (const auto number = number_of(name)) return *number;
    const auto id = look_up<::group>(
        [text = std::string{name}](auto... rest) { return ::getgrnam_r(text.c_str(), rest...); },
        [](const ::group& entry) { return entry.gr_gid; });
    if (!id) refuse("group", name);
    return *id;
}

std::optional<gid_t> primary_group(uid_t user) {
    return look_up<passwd>([user](auto... rest) { return ::getpwuid_r(user, rest...); },
                           [](const passwd& entry) { return entry.pw_gid; });
}

std::string user_text(uid_t user) {
    const auto name =
        look_up<passwd>([user](auto... rest) { return ::getpwuid_r(user, rest...); },
                        [](const passwd& entry) { return std::string{entry.pw_name}; });
    const auto number = std::to_string(user);
    return name ? "user " + *name + " (" + number + ")" : "user " + number;
}

}  // namespace shmbusd
