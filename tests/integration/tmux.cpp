#include "tmux.hpp"

#include <doctest/doctest.h>

#include "watchdog.hpp"

namespace integration {

bool Tmux::present() {
    if (installed("tmux")) return true;
    MESSAGE("passed over: there is no tmux");
    return false;
}

Tmux::Tmux(PrivateBus& bus, const std::string& line, int columns, int rows)
    : bus_{bus}, socket_{bus.directory() / "tmux"} {
    tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(columns), "-y",
          std::to_string(rows),
          "LC_ALL=C.UTF-8 TERM=screen; export LC_ALL TERM; " + line +
              "; echo \"it ended with $?\"; exec cat"});
}

Tmux::~Tmux() {
    try {
        tmux({"kill-server"});
    } catch (const std::exception&) {
        // The case has ended already, and says why.
    }
}

std::string Tmux::tmux(std::vector<std::string> words) {
    words.insert(words.begin(), {"env", "-u", "TMUX", "LC_ALL=C.UTF-8", "tmux", "-S", socket_});
    return bus_.run(std::move(words)).text;
}

void Tmux::press(const std::vector<std::string>& keys) {
    std::vector<std::string> words{"send-keys"};
    words.insert(words.end(), keys.begin(), keys.end());
    tmux(std::move(words));
}

void Tmux::resize(int columns, int rows) {
    tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

std::string Tmux::screen() { return tmux({"capture-pane", "-p"}); }
std::string Tmux::coloured_screen() { return tmux({"capture-pane", "-p", "-e"}); }

std::string Tmux::await_text(const std::string& wanted) {
    std::string text;
    await("\"" + wanted + "\" on the screen", [&] {
        text = screen();
        return text.find(wanted) != std::string::npos;
    });
    return text;
}

}  // namespace integration
