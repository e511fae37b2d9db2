// What an administrator may set, as the configuration files say it.
//
//   [Log]            Level=trace|debug|info|warning|error
//   [Limits]         MaxRegions=  MaxAttachments=  MaxSegmentSize=  MaxTotalSize=    of the service
//   [Quota]          MaxRegions=  MaxAttachments=  MaxBytes=                         of every user
//   [Quota NAME]     the same for one user; what is absent is as in [Quota]
//   [Create]         Users=  Groups=    who may create regions, * is everyone
//   [Create PREFIX]  the same for names that begin so: the longest prefix decides
//
// Without [Create], or with nothing in it, everyone may create; otherwise, and in each [Create
// PREFIX], who is named and root.
//
// Sizes take K, M, G and T. What a later file says replaces what an earlier one said; within one
// file the lines of a list add up.
#pragma once

#include <string>

#include "daemon/mistakes.hpp"
#include "daemon/rules.hpp"

namespace shmbusd {

struct Config {
    Rules rules;
    std::string log_level = "info";
};

// Whether a file has to be there.
enum class Presence { Required, Optional };

// Reads FILE and then FILE.d/*.conf in the order of their names.
[[nodiscard]] Config read_config(const std::string& path, Presence presence, Mistakes& mistakes);

}  // namespace shmbusd
