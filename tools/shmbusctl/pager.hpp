// Shows text on a terminal through $SYSTEMD_PAGER, $PAGER or less, as systemd's tools do.
#pragma once

#include <string_view>

namespace ctl {

/// Writes `text` to standard output. Throws Failure.
void write_out(std::string_view text);

/// Shows `text` through the pager; without one, or with one that is "cat" or empty, writes it.
/// Throws Failure.
void show_paged(std::string_view text);

}  // namespace ctl
