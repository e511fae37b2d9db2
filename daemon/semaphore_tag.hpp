// The part of semaphore names that tells daemons on different buses apart, and the proof that the
// daemon behind a tag lives: an abstract socket, which the kernel takes away with its process. By
// it a starting daemon knows which names nobody will ever unlink.
#pragma once

#include <set>
#include <string>

#include "base/unique_fd.hpp"

namespace shmbusd {

class SemaphoreTag {
public:
    // `bus_id` is unique to the bus. Throws: bus::Error NameTaken when a daemon with this tag
    // lives.
    explicit SemaphoreTag(const std::string& bus_id);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    // Unlinks this user's semaphores of this tag and of every tag whose daemon is dead, all but
    // those in use; says how many.
    [[nodiscard]] std::size_t clear_leftovers(const std::set<std::string>& in_use = {}) const;

private:
    std::string text_;
    bus::base::UniqueFd alive_;
};

}  // namespace shmbusd
