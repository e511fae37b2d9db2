// Who may act on regions that are not its own: root may, and on the system bus whom polkit lets. It
// is asked without waiting: a person may have to type a password, and the daemon serves meanwhile.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

#include "daemon/access.hpp"

namespace shmbusd {

// Of administrators: root is one everywhere.
enum class Polkit { Asked, Unasked };

class Authority {
public:
    // Whether polkit may ask a person.
    enum class Interaction { None, Allowed };
    // What it came to: empty for yes, otherwise why not.
    using Verdict = std::function<void(const std::string& refusal)>;

    Authority(sdbus::IConnection& connection, Polkit polkit);

    // Calls `verdict` exactly once, at once where polkit is not asked; it must not throw. Throws:
    // bus::Error LimitsExceeded when too many questions about this user are open.
    void judge(const Credentials& caller, Interaction interaction, Verdict verdict);

private:
    void ask(const Credentials& caller, Interaction interaction, Verdict verdict);

    std::map<uid_t, unsigned> open_;         // questions that polkit has yet to answer, by user
    std::unique_ptr<sdbus::IProxy> polkit_;  // none where it is not asked
};

}  // namespace shmbusd
