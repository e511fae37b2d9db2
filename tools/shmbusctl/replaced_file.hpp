// A file that others read while it is written anew: they see the earlier whole, or the new one.
#pragma once

#include <string>
#include <string_view>

namespace ctl {

/// Puts `text` into the file in place of what it had. Throws Failure; it is as it was then.
void replace_file(const std::string& path, std::string_view text);

}  // namespace ctl
