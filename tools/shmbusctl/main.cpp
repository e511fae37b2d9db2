// shmbusctl: shows and works the regions of shmbusd, and moves samples through pipes.
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "failure.hpp"
#include "globals.hpp"
#include "help.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

constexpr auto footer =
    "Sizes take B, K, M or G (1024 each), times ns, us, ms, s, min or h (a bare number: seconds).\n"
    "Without --system, --session or --address the bus is that of $SHMBUS_ADDRESS, else the system "
    "bus.\n"
    "\n"
    "  shmbusctl create camera --size=8M --overflow=overwrite\n"
    "  ffmpeg ... -f rawvideo - | shmbusctl pub camera --size=6220800\n"
    "  shmbusctl sub camera --latest > frames\n"
    "  dmesg --follow | shmbusctl pub log --lines --create\n"
    "  shmbusctl bench --plot=latency.svg";

// What the command line comes to.
struct Choice {
    std::unique_ptr<Verb> verb;
    CLI::App* app = nullptr;
};

void declare_verbs(CLI::App& app, std::vector<Choice>& choices) {
    for (const auto& row : verbs()) {
        auto& choice = choices.emplace_back();
        choice.verb = row.make();
        choice.app = app.add_subcommand(row.name, row.summary);
        choice.app->fallthrough()->group("Verbs");
        choice.app->footer("Options of every verb, sizes and times: shmbusctl --help");
        choice.verb->declare(*choice.app);
    }
}

Verb& chosen(const std::vector<Choice>& choices) {
    for (const auto& choice : choices)
        if (choice.app->parsed()) return *choice.verb;
    return *choices.front().verb;
}

// CLI11's words for a bad command line in the form of all other errors.
std::string fault_of(const CLI::ParseError& error) {
    const std::string text = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
        return text.substr(text.rfind(": ") + 2) +
               ": not a verb or option, or one too many; see --help";
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return text.substr(0, text.find(": ")) + ": needs a value";
    if (text.find(": ") != text.npos) return text;
    const auto end = text.find(' ');
    return text.substr(0, end) + ":" + text.substr(std::min(end, text.size()));
}

// CLI11 would take the argument after "--address=" for its value.
void check_values(int argc, char** argv) {
    for (int i = 1; i < argc && std::string_view{argv[i]} != "--"; ++i) {
        const std::string_view argument{argv[i]};
        if (argument.starts_with("--") && argument.ends_with('='))
            throw Failure{argument, "needs a value"};
    }
}

int run(int argc, char** argv) {
    CLI::App app{"Shows and works the regions of shmbusd, and moves samples through pipes.",
                 "shmbusctl"};
    app.set_version_flag("--version", "shmbusctl " SHMBUS_VERSION, "Print the version");
    app.formatter(std::make_shared<Help>());
    app.require_subcommand(0, 1);
    Globals globals;
    globals.declare(app);
    std::vector<Choice> choices;
    declare_verbs(app, choices);
    app.footer(footer);  // now, lest the verbs inherit it
    try {
        check_values(argc, argv);
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success);
    } catch (const CLI::ParseError& error) {
        complain(fault_of(error));
        return 1;
    }
    return chosen(choices).run(globals);
}

}  // namespace
}  // namespace ctl

int main(int argc, char** argv) try {
    return ctl::run(argc, argv);
} catch (const std::exception& error) {
    ctl::complain(error.what());
    return 1;
}
