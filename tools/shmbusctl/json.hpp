// What the bus says as JSON: plain numbers, the words of words.hpp, keys in a fixed order.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <bus/access.hpp>
#include <bus/quota.hpp>
#include <bus/region.hpp>

namespace ctl {

using Json = nlohmann::ordered_json;

enum class JsonStyle { Off, Short, Pretty };

/// From --json=; throws Failure.
[[nodiscard]] JsonStyle parse_json_style(std::string_view text);

[[nodiscard]] Json to_json(const bus::RegionInfo& region);
/// With geometry and attachments; reads /proc for their commands.
[[nodiscard]] Json to_json(const bus::RegionStatus& status);
[[nodiscard]] Json to_json(const bus::AttachmentInfo& attachment);
[[nodiscard]] Json to_json(const bus::Access& access, std::string_view region);
/// Where there is no limit it is null.
[[nodiscard]] Json to_json(const bus::Quota& quota);
/// `time` is ISO 8601.
[[nodiscard]] Json to_json(const bus::Event& event, std::string_view time);

/// One line, or indented, with a newline at the end. Bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_text(const Json& json, JsonStyle style);

}  // namespace ctl
