// A process that performs one operation between two marks, can be halted after any machine
// instruction of it, and is killed there.
//
// It runs with every symbol bound before it starts (bind_all_symbols()), so that no step falls into
// the dynamic linker.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "actor.hpp"

namespace adversity {

// The victim's side: where its marks are.
class Mark {
public:
    Mark();
    // Stands here until the case lets it go on.
    void operator()() const;

private:
    ::pid_t self_;
};

// One place in a course: so many instructions after so many system calls.
struct Place {
    std::uint64_t calls = 0;
    std::uint64_t steps = 0;
};

// Instructions between two marks, by the system call that they follow: [0] are those before the
// first call; each call counts as an instruction of what it ends. Long ones are not counted through
// (a step takes 40 microseconds on a virtual machine): then each call is followed by `nominal`.
struct Course {
    std::vector<std::uint64_t> instructions{0};
    bool counted = true;

    static constexpr std::uint64_t nominal = 200;
    [[nodiscard]] std::uint64_t length() const noexcept;
    // Of the instruction with this number, from 1.
    [[nodiscard]] Place place(std::uint64_t instruction) const noexcept;
};

class Victim {
public:
    using Part = std::function<void(const Mark&)>;
    explicit Victim(const Part& part);

    // On to its next mark. Throws: std::runtime_error when it fails or ends before that.
    void run_to_mark();
    // On to a place behind the mark that it stands at; false when its next mark came first.
    bool run_to(const Place& place);
    // On to its next mark, instruction by instruction, or where it has more than `most`, call by
    // call.
    [[nodiscard]] Course measure(std::uint64_t most);
    void kill();

    [[nodiscard]] ::pid_t pid() const noexcept { return actor_.pid(); }

private:
    enum class Stop { Mark, Step, Call };
    Stop resume(int request);
    [[nodiscard]] bool pass_call();
    [[nodiscard]] bool stands_before_call() const;

    integration::Actor actor_;
    bool watched_ = false;
    int signal_ = 0;  // that it was halted by, for it to get
};

// Whether this machine lets a process be stepped.
[[nodiscard]] bool stepping_permitted();

// Starts this program anew with every symbol bound from the start, unless it was so started.
void bind_all_symbols(char** arguments);

}  // namespace adversity
