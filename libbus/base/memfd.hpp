// Makes and checks the memory of a segment: a memfd of fixed size, paid for at creation, that
// nobody can resize and that only its owner's uid could reopen.
#pragma once

#include <cstddef>
#include <string>

#include "base/unique_fd.hpp"

namespace bus::base {

// How far a segment is sealed against writing.
enum class Sealing {
    Size,          // nobody can shrink or grow it
    FutureWrites,  // and nobody can map it writable from now on; the seals are final
};

// A memfd of exactly `bytes`, all of it allocated, mode 0600, sealed against resizing.
// `name` shows in /proc/PID/maps. Throws: Error OutOfMemory, SystemError.
[[nodiscard]] UniqueFd make_memfd(const std::string& name, std::size_t bytes);

// From now on no process can map the memory writable; mappings that are there go on writing. Does
// nothing to memory that is sealed so.
// Throws: Error SystemError.
void seal_future_writes(int fd, const std::string& name);

// A second handle on the same memory that can only be read. Throws: Error SystemError.
[[nodiscard]] UniqueFd reopen_read_only(int fd, const std::string& name);

// Checks that a received descriptor is memory of at least these seals and exactly this size, so
// that mapping it can never fault. Throws: Error BadSegment; SystemError when there is none.
void admit_memfd(int fd, std::size_t bytes, Sealing sealing, const std::string& name);

}  // namespace bus::base
