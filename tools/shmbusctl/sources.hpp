// The publishers whose samples sub has taken, and what their sequences leave out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctl {

class Sources {
public:
    /// Requires: the sequences of one publisher only rise.
    void note(std::uint64_t publisher, std::uint64_t sequence) {
        if (current_ >= sources_.size() || sources_[current_].publisher != publisher) [[unlikely]]
            current_ = find(publisher, sequence - 1);
        gaps_ += sequence - sources_[current_].last - 1;
        sources_[current_].last = sequence;
    }

    [[nodiscard]] std::size_t size() const noexcept { return sources_.size(); }
    /// Sequences between a publisher's first sample and its last that were not taken, for whatever
    /// reason: overwritten, passed over, or given back by the publisher.
    [[nodiscard]] std::uint64_t gaps() const noexcept { return gaps_; }

private:
    struct Source {
        std::uint64_t publisher;
        std::uint64_t last;  // sequence
    };
    std::size_t find(std::uint64_t publisher, std::uint64_t before);

    std::vector<Source> sources_;
    std::size_t current_ = 0;  // samples of one publisher mostly come in a row
    std::uint64_t gaps_ = 0;
};

}  // namespace ctl
