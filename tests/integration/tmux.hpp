// A terminal of a case's own, in tmux: keys are sent to what runs in it, and its screen is read.
#pragma once

#include <string>
#include <vector>

#include "stage.hpp"

namespace integration {

class Tmux {
public:
    // Whether there is tmux here; says that the case is passed over when there is not.
    [[nodiscard]] static bool present();

    // Runs a line of shell in it; what is left on the screen in the end stays.
    Tmux(PrivateBus& bus, const std::string& line, int columns, int rows);
    // Of its server.
    [[nodiscard]] ::pid_t pid() const noexcept { return server_.pid(); }
    // Keys by tmux's names: "Enter", "Escape", "q".
    void press(const std::vector<std::string>& keys);
    void resize(int columns, int rows);
    [[nodiscard]] std::string screen();
    // The same with the sequences that colour it.
    [[nodiscard]] std::string coloured_screen();
    // Waits until this is on the screen, and gives the screen.
    std::string await_text(const std::string& wanted);

private:
    [[nodiscard]] std::vector<std::string> words(std::vector<std::string> words) const;
    PrivateBus::Report tmux(std::vector<std::string> command);

    PrivateBus& bus_;
    std::string socket_;
    Program server_;
};

}  // namespace integration
