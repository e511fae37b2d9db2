// A verb of the tool, and the table of them all.
#pragma once

#include <memory>
#include <span>

namespace CLI {
class App;
}

namespace ctl {

class Globals;

class Verb {
public:
    Verb() = default;
    virtual ~Verb() = default;
    Verb(const Verb&) = delete;
    Verb& operator=(const Verb&) = delete;

    /// Adds the verb's arguments to its part of the command line; they are parsed into this object.
    virtual void declare(CLI::App& app) = 0;
    /// Does it; the result is the exit code. Throws Failure, bus::Error.
    virtual int run(const Globals& globals) = 0;
};

struct VerbRow {
    const char* name;
    const char* summary;
    std::unique_ptr<Verb> (*make)();
};

/// In the order of --help; the first is what the tool does when no verb is given.
[[nodiscard]] std::span<const VerbRow> verbs() noexcept;

[[nodiscard]] std::unique_ptr<Verb> make_list();
[[nodiscard]] std::unique_ptr<Verb> make_status();
[[nodiscard]] std::unique_ptr<Verb> make_create();
[[nodiscard]] std::unique_ptr<Verb> make_remove();
[[nodiscard]] std::unique_ptr<Verb> make_pub();
[[nodiscard]] std::unique_ptr<Verb> make_sub();
[[nodiscard]] std::unique_ptr<Verb> make_monitor();
[[nodiscard]] std::unique_ptr<Verb> make_top();
[[nodiscard]] std::unique_ptr<Verb> make_metrics();
[[nodiscard]] std::unique_ptr<Verb> make_access();
[[nodiscard]] std::unique_ptr<Verb> make_quota();
[[nodiscard]] std::unique_ptr<Verb> make_call();
[[nodiscard]] std::unique_ptr<Verb> make_serve();
[[nodiscard]] std::unique_ptr<Verb> make_read();
[[nodiscard]] std::unique_ptr<Verb> make_write();
[[nodiscard]] std::unique_ptr<Verb> make_edit();
[[nodiscard]] std::unique_ptr<Verb> make_dump();
[[nodiscard]] std::unique_ptr<Verb> make_objects();

}  // namespace ctl
