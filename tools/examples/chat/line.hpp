// What somebody said, as it travels: one topic for all rooms.
#pragma once

#include <cstddef>
#include <string_view>

namespace chat {

inline constexpr std::size_t longest_name = 31;

struct Line {
    static constexpr std::string_view bus_type_name = "chat.Line";
    char room[longest_name + 1];
    char name[longest_name + 1];
    char text[448];
};
static_assert(sizeof(Line) == 512);

}  // namespace chat
