// The bus that an option of the tool names, for what must not fall back to the system bus.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace ctl {

/// The D-Bus address that --address, --system or --session stand for; nothing when none is given.
/// `tool` is the command line that they belong to. Throws Failure.
[[nodiscard]] std::optional<std::string> named_bus(const CLI::App& tool);

}  // namespace ctl
