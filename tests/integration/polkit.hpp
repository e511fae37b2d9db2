// Stands in for polkit on a private bus, in a process of its own: says when it is asked, and
// answers when the case lets it.
#pragma once

#include <string>

#include "actor.hpp"

namespace integration {

class Polkit {
public:
    enum class Answer { Yes, No, Challenge };

    // Waits until it has its name. It gives each question this answer.
    Polkit(const std::string& address, Answer answer);

    // Waits for the next question: the action, the bus name it is about, and the flags.
    std::string await_question() { return actor_.expect("asked"); }
    // Lets it answer that.
    void let_answer() { actor_.proceed(); }

private:
    Actor actor_;
};

}  // namespace integration
