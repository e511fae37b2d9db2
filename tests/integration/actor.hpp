// One part in a case, played by a process of its own: it runs up to a named point, says so, and
// waits there, so that the case can kill it exactly there.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "descriptor.hpp"
#include "process.hpp"

namespace integration {

// The actor's side, in its own process.
class Cue {
public:
    explicit Cue(int socket) : socket_{socket} {}
    // Says that it is at `point`, with a value for the case to look at, and goes on.
    void tell(std::string_view point, const std::string& value = {}) const;
    // The same, and stays there until the case says proceed().
    void stand(std::string_view point, const std::string& value = {}) const;
    // The same; what the case answers.
    [[nodiscard]] std::string ask(std::string_view point, const std::string& value = {}) const;
    // Throws: std::runtime_error with this text; the case's next expect() fails with it.
    static void require(bool holds, const std::string& otherwise);

private:
    int socket_;
};

class Actor {
public:
    using Role = std::function<void(Cue&)>;

    // Forks; `role` runs in the child, which has none of this process's descriptors.
    Actor(std::string name, const Role& role);
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    // Waits until the actor is at `point`; what it told there. Throws: std::runtime_error when it
    // fails, ends, or says something else instead.
    std::string expect(std::string_view point);
    void proceed();
    // Answers what it asked.
    void answer(const std::string& text);
    // kill -9, and waits until it is dead.
    void kill();
    // Lets it go on to its end, which must be a good one.
    void finish();

    [[nodiscard]] ::pid_t pid() const noexcept { return process_.pid(); }
    [[nodiscard]] Process& process() noexcept { return process_; }

private:
    struct Ends {
        Descriptor here;
        Descriptor there;
    };
    Actor(std::string name, const Role& role, Ends ends);
    static Ends connect();
    static ::pid_t start(const Role& role, const Ends& ends);
    [[nodiscard]] std::string receive(const std::string& waited_for);

    std::string name_;
    Descriptor socket_;
    Process process_;
};

}  // namespace integration
