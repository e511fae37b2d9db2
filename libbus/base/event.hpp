// A descriptor for an event loop that is readable from a post until it is drained.
//
// Who posts shares its open description with who drains, and none of them is to be able to make the
// other's call wait. So it is a timer, which both set, by calls that neither read nor write and
// wait for nothing. Rejected: an eventfd, because a peer that makes it blocking and fills its
// counter, or empties it, just after the other has looked, keeps that in write or read; a pipe,
// because who writes to it has its lock while the bytes come from wherever that one likes.
#pragma once

#include <string>

#include "base/unique_fd.hpp"

namespace bus::base {

// Throws: Error SystemError.
[[nodiscard]] UniqueFd make_event(const std::string& name);
// Whether a descriptor of unknown origin is such a one.
[[nodiscard]] bool is_event(int fd) noexcept;

void post_event(int fd) noexcept;
void drain_event(int fd) noexcept;

}  // namespace bus::base
