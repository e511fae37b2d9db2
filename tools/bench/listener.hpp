// The reading end of what a comparison finds, while it is under way in other processes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "descriptor.hpp"
#include "record.hpp"

namespace bench {

class Listener {
public:
    // The name of the item that has been measured, and what was found of it.
    using Told = std::function<void(const std::string& item, const std::vector<Record>& found)>;

    Listener(Descriptor in, Told told);

    // Tells what has come; returns at once. False when nothing can come any more. Throws:
    // std::runtime_error when it is not what a comparison writes.
    bool listen();

private:
    void tell(const std::string& line) const;

    Descriptor in_;
    Told told_;
    std::string heard_;
};

}  // namespace bench
