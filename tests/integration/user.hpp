// Other users of the machine, whom an actor becomes.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace integration {

// A bus lets in who has an account, so these are accounts that every Debian has: games, mail, news.
inline constexpr ::uid_t alice = 5;
inline constexpr ::uid_t bob = 8;
inline constexpr ::uid_t carol = 9;
// As options name them.
[[nodiscard]] inline std::string number_of(::uid_t user) { return std::to_string(user); }
// As the daemon's messages name them: "user games (5)".
[[nodiscard]] std::string text_of(::uid_t user);

// Whether this process can become them: root can. Says so in the case when it cannot.
[[nodiscard]] bool can_become_others();
// Becomes this user for good, with its own group and these. To be called by an actor. Throws:
// std::runtime_error.
void become(::uid_t user, std::vector<::gid_t> groups = {});

}  // namespace integration
