#include "globals.hpp"

#include <cstdlib>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "failure.hpp"
#include "pager.hpp"

namespace ctl {

void Globals::declare(CLI::App& app) {
    auto* system = app.add_flag("--system", system_, "Use the system bus (the default)");
    auto* session = app.add_flag("--session", session_, "Use the session bus");
    app.add_option("--address", address_, "Use the bus at this D-Bus address")
        ->type_name("ADDRESS")
        ->excludes(system)
        ->excludes(session);
    session->excludes(system);
    app.add_option_function<std::string>(
           "--json", [this](const std::string& text) { json_ = parse_json_style(text); },
           "Answer in JSON: short, pretty or off")
        ->type_name("STYLE");
    app.add_flag_callback(
        "-j",
        [this] { json_ = ::isatty(STDOUT_FILENO) != 0 ? JsonStyle::Pretty : JsonStyle::Short; },
        "Answer in JSON, pretty on a terminal and short elsewhere");
    app.add_flag_callback(
        "--no-legend", [this] { legend_ = false; }, "Leave out titles and closing lines of tables");
    app.add_flag_callback(
        "--no-pager", [this] { pager_ = false; }, "Do not use a pager");
    app.add_flag("-q,--quiet", quiet_, "No progress, no summary; only errors on standard error");
}

bus::Connection Globals::connect() const {
    if (!address_.empty()) return bus::Connection::address(address_);
    if (session_) return bus::Connection::session();
    const char* address = std::getenv("SHMBUS_ADDRESS");
    if (!system_ && address != nullptr && *address != '\0')
        return bus::Connection::address(address);
    return bus::Connection::system();
}

void Globals::show(std::string_view text) const {
    if (pager_ && ::isatty(STDOUT_FILENO) != 0)
        show_paged(text);
    else
        write_out(text);
}

void Globals::show_json(const Json& json) const { show(json_text(json, json_)); }

}  // namespace ctl
