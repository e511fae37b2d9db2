// A terminal in full: a Screen by ncurses, and its keys. It is given back as it was when this ends.
#pragma once

#include <chrono>
#include <memory>

#include "board.hpp"
#include "screen.hpp"

namespace ctl {

class Terminal final : public Screen {
public:
    /// Takes the terminal of standard input and output. Throws Failure where there is none, or one
    /// that cannot place its cursor.
    Terminal();
    ~Terminal() override;

    [[nodiscard]] int height() const override;
    [[nodiscard]] int width() const override;
    [[nodiscard]] Signs signs() const override { return signs_; }
    void put(int row, int column, std::string_view text, Style style) override;

    /// Shows what was put since the last call.
    void show();
    /// Clears the screen, as after a change of its size.
    void wipe();
    enum class Input { None, Pressed, Resized };
    /// Waits for a key, a change of size, or a signal, at most so long.
    [[nodiscard]] Input await(std::chrono::milliseconds most, Key& key);

private:
    struct Given;
    std::unique_ptr<Given> given_;
    Signs signs_;
    bool colour_ = false;
};

}  // namespace ctl
