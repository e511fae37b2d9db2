// What every verb takes: which bus, and how to show the answer.
#pragma once

#include <string>
#include <string_view>

#include <bus/connection.hpp>

#include "json.hpp"
#include "table.hpp"

namespace CLI {
class App;
}

namespace ctl {

class Globals {
public:
    /// Adds the options that stand before or after any verb.
    void declare(CLI::App& app);

    /// Connects to the bus of --system, --session or --address, else of SHMBUS_ADDRESS, else to the
    /// system bus. Throws bus::Error.
    [[nodiscard]] bus::Connection connect() const;

    [[nodiscard]] JsonStyle json() const noexcept { return json_; }
    [[nodiscard]] Legend legend() const noexcept {
        return legend_ ? Legend::Shown : Legend::Hidden;
    }
    [[nodiscard]] bool quiet() const noexcept { return quiet_; }

    /// Writes a verb's answer to standard output, through a pager where that is of use.
    void show(std::string_view text) const;
    /// The same for JSON, in the style that was asked for.
    void show_json(const Json& json) const;

private:
    bool system_ = false;
    bool session_ = false;
    std::string address_;
    JsonStyle json_ = JsonStyle::Off;
    bool legend_ = true;
    bool pager_ = true;
    bool quiet_ = false;
};

}  // namespace ctl
