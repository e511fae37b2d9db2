#include "sources.hpp"

namespace ctl {

std::size_t Sources::find(std::uint64_t publisher, std::uint64_t before) {
    for (std::size_t i = 0; i < sources_.size(); ++i)
        if (sources_[i].publisher == publisher) return i;
    sources_.push_back({publisher, before});
    return sources_.size() - 1;
}

}  // namespace ctl
