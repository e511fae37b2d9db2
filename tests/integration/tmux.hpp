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
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;
    ~Tmux();

    // Keys by tmux's names: "Enter", "Escape", "q".
    void press(const std::vector<std::string>& keys);
    void resize(int columns, int rows);
    [[nodiscard]] std::string screen();
    // The same with the sequences that colour it.
    [[nodiscard]] std::string coloured_screen();
    // Waits until this is on the screen, and gives the screen.
    std::string await_text(const std::string& wanted);

private:
    std::string tmux(std::vector<std::string> words);

    PrivateBus& bus_;
    std::string socket_;
};

}  // namespace integration
