// What zsh offers after a tab. What bash does is a system test: it asks what is installed.
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "stage.hpp"
#include "tmux.hpp"

using namespace integration;

namespace {

// An interactive zsh with nothing of its user's, which knows our completion.
std::string zsh(const Directory& home) {
    const auto tools = std::filesystem::path{SHMBUSCTL}.parent_path().string();
    std::ofstream{home / ".zshrc"}
        << "PS1='> '\nunsetopt beep\npath=(" << tools
        << " $path)\nfpath=(" COMPLETION " $fpath)\nautoload -Uz compinit && compinit -u -D\n";
    return "env ZDOTDIR=" + (home / "") + " zsh -d -i";
}

}  // namespace

TEST_CASE("completion: zsh offers verbs, options, their values and live regions") {
    if (!Tmux::present()) return;
    if (!installed("zsh")) {
        MESSAGE("passed over: there is no zsh");
        return;
    }
    Stage stage;
    stage.connect().create_topic("camera/front", {.size = 64});
    const Directory home;
    Tmux terminal{stage.bus(), zsh(home), 160, 24};
    terminal.await_text(">");
    const auto completes = [&](const std::string& typed, const std::string& becomes) {
        terminal.press({typed, "Tab"});
        terminal.await_text("> " + becomes);
        terminal.press({"C-u"});
    };
    completes("shmbusctl p", "shmbusctl pub");
    completes("shmbusctl pub --ov", "shmbusctl pub --overflow=");
    completes("shmbusctl create --overflow=o", "shmbusctl create --overflow=overwrite");
    const auto ctl = "shmbusctl --address=" + stage.address();
    completes(ctl + " status cam", ctl + " status camera/front");
}
