// Regions, and attachments with their counters, as rows on the bus: written and read by one list.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/region.hpp>

namespace bus::wire {

using Counters = std::map<std::string, std::uint64_t>;
using LaneRow = sdbus::Struct<std::uint64_t, std::uint64_t>;
using AttachmentRow = sdbus::Struct<std::uint64_t, std::string, std::string, std::uint32_t,
                                    std::uint32_t, std::string, Counters, std::vector<LaneRow>>;
// A region as it is listed: the object's path beside what RegionInfo has.
using ListedRow =
    sdbus::Struct<std::string, sdbus::ObjectPath, std::string, std::string, std::uint32_t,
                  std::uint32_t, std::uint64_t, std::uint32_t, std::uint32_t, std::uint64_t>;
// A region's name, its slots, and everyone in it.
using RegionRow = sdbus::Struct<std::string, std::uint32_t, std::vector<AttachmentRow>>;

[[nodiscard]] ListedRow row_of(const RegionInfo& info);
[[nodiscard]] RegionInfo info_from(const ListedRow& row);
[[nodiscard]] std::vector<RegionInfo> infos_from(const std::vector<ListedRow>& rows);

// Counters that are 0 are left out: of a thousand regions, most of them are.
[[nodiscard]] AttachmentRow row_of(const AttachmentInfo& info);
[[nodiscard]] std::vector<AttachmentRow> rows_of(const std::vector<AttachmentInfo>& infos);
// Throws: Error InvalidArgument for a role or a state that nobody knows.
[[nodiscard]] AttachmentInfo info_from(const AttachmentRow& row);
[[nodiscard]] std::vector<AttachmentInfo> infos_from(const std::vector<AttachmentRow>& rows);

// The value of a key, or `otherwise` where it is absent.
[[nodiscard]] std::uint64_t counter(const Counters& counters, const char* key,
                                    std::uint64_t otherwise = 0);

}  // namespace bus::wire
