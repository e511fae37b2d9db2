#include "tmux.hpp"

#include <stdexcept>
#include <utility>

#include <doctest/doctest.h>

#include "watchdog.hpp"

namespace integration {

bool Tmux::present() {
    if (installed("tmux")) return true;
    MESSAGE("passed over: there is no tmux");
    return false;
}

// A server that stays in the foreground is our child like any other program, and ends with us.
Tmux::Tmux(PrivateBus& bus, const std::string& line, int columns, int rows)
    : bus_{bus},
      socket_{bus.directory() / "tmux"},
      server_{words({"-f", "/dev/null", "-D"}), bus.directory() / "tmux.log"} {
    const std::vector<std::string> session{"new-session",
                                           "-d",
                                           "-x",
                                           std::to_string(columns),
                                           "-y",
                                           std::to_string(rows),
                                           "LC_ALL=C.UTF-8 TERM=screen; export LC_ALL TERM; " +
                                               line + "; echo \"it ended with $?\"; exec cat"};
    await("the terminal's server", [&] {
        if (!server_.process().running()) throw std::runtime_error{"tmux: " + server_.output()};
        return tmux(session).code == 0;
    });
}

std::vector<std::string> Tmux::words(std::vector<std::string> words) const {
    words.insert(words.begin(), {"env", "-u", "TMUX", "LC_ALL=C.UTF-8", "tmux", "-S", socket_});
    return words;
}

PrivateBus::Report Tmux::tmux(std::vector<std::string> command) {
    command.insert(command.begin(), "-N");  // starts no server of its own
    return bus_.run(words(std::move(command)));
}

void Tmux::press(const std::vector<std::string>& keys) {
    std::vector<std::string> command{"send-keys"};
    command.insert(command.end(), keys.begin(), keys.end());
    tmux(std::move(command));
}

void Tmux::resize(int columns, int rows) {
    tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

std::string Tmux::screen() { return tmux({"capture-pane", "-p"}).text; }
std::string Tmux::coloured_screen() { return tmux({"capture-pane", "-p", "-e"}).text; }

std::string Tmux::await_text(const std::string& wanted) {
    std::string text;
    await("\"" + wanted + "\" on the screen", [&] {
        text = screen();
        return text.find(wanted) != std::string::npos;
    });
    return text;
}

}  // namespace integration
