// What becomes of a call that was refused: where rights or limits were in its way it is kept in the
// journal, though never so often that one user could flood it.
#pragma once

#include <string>

#include <bus/error.hpp>

#include "daemon/callers.hpp"

namespace shmbusd {

class Refusal {
public:
    // Of a call that `peer` made, about this region or about none.
    Refusal(const Callers& callers, std::string peer, std::string region);

    void operator()(const bus::Error& error) const;

private:
    const Callers* callers_;
    std::string peer_;
    std::string region_;
};

}  // namespace shmbusd
