// Names and values, as systemctl status has them: names to the right, values to the left of one
// colon.
#pragma once

#include <string>
#include <vector>

namespace ctl {

struct Fact {
    std::string name;
    std::string value;
};

/// A line for each.
[[nodiscard]] std::string text_of(const std::vector<Fact>& facts);

}  // namespace ctl
