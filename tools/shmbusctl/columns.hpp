// The columns of top: of regions, and of the attachments of one. The same for screen and batch; a
// screen shows those that it has room for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "people.hpp"
#include "readings.hpp"
#include "table.hpp"

namespace ctl {

/// What a cell is made with, besides what was read.
struct Look {
    People& people;
    Signs signs = Signs::Ascii;
};

/// `Reading` is of a region or of an attachment, which is shown beside the region it is in.
template <class Reading>
struct ReadingColumn {
    const char* name;   ///< for --sort= and for people
    const char* title;  ///< at most as wide as the column
    int width;          ///< on a screen; one column of each kind takes what is left besides
    Align align;
    int rank;  ///< the lower, the sooner a screen has room for it
    std::string (*text)(const Reading&, const RegionReading&, const Look&);
    /// What to sort by, the larger first; nullptr: sorted by the text, the smaller first.
    double (*number)(const Reading&, const RegionReading&);
};
using RegionColumn = ReadingColumn<RegionReading>;
using AttachmentColumn = ReadingColumn<AttachmentReading>;

[[nodiscard]] std::span<const RegionColumn> region_columns() noexcept;
[[nodiscard]] std::span<const AttachmentColumn> attachment_columns(bus::Kind kind) noexcept;

/// What items are in a region of this kind, many of them: "samples", "requests", "locks".
[[nodiscard]] std::string_view items_of(bus::Kind kind) noexcept;

/// "1234567", or "12.3 M" where that is too long for a column.
[[nodiscard]] std::string compact(double value);
/// "3s", "5m03s", "3h12m", "12d04h".
[[nodiscard]] std::string elapsed(std::chrono::seconds time);

}  // namespace ctl
