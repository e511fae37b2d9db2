// top without a screen: each reading as text or as JSON, for scripts.
#pragma once

#include <string>

#include "board.hpp"
#include "json.hpp"
#include "readings.hpp"
#include "table.hpp"

namespace ctl {

/// The regions of a reading, or everyone in `start.region`, as a table with all columns; with a
/// legend, under two lines of the daemon. Throws Failure when there is no such region.
[[nodiscard]] std::string batch_text(const Readings& readings, const Board::Start& start,
                                     Legend legend, const Look& look);
/// The same in one object: "time", "daemon", "regions" with everyone in them.
[[nodiscard]] Json batch_json(const Readings& readings, const Board::Start& start,
                              const Look& look);

}  // namespace ctl
