// A topic: publishers that left stay until they are drained, and a laggard is put out.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "daemon/region.hpp"

namespace shmbusd {

class TopicRegion final : public Region {
public:
    using Region::Region;

    [[nodiscard]] bool report_stall(std::uint64_t id, std::uint64_t laggard, std::string_view peer,
                                    Time now) override;

private:
    // What a publisher said of a subscriber that keeps it waiting.
    struct Stall {
        std::uint64_t cursor = 0;
        Time since;
    };

    void recall(const Survivor::Member& member) override;
    [[nodiscard]] std::uint32_t find_entry(bus::Role role) override;
    [[nodiscard]] bool is_open(const Attachment& own, const Attachment& peer) const override;
    void part(Attachment& attachment) override;
    void reap() override;
    void count(const Attachment& attachment, bus::AttachmentInfo& info) const override;

    void free_departed();
    void let_go(std::uint64_t id);
    [[nodiscard]] bool still_wanted(const Attachment& publisher) const noexcept;
    [[nodiscard]] bool has_more(const Attachment& publisher,
                                const Attachment& subscriber) const noexcept;
    [[nodiscard]] bool keeps_waiting(const Attachment& publisher,
                                     const Attachment& subscriber) const noexcept;

    // A departed publisher, and the first attachment number after its departure: whoever has that
    // or a later one came too late to be owed anything but history.
    std::map<std::uint64_t, std::uint64_t> departed_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Stall> stalls_;  // by publisher and laggard
};

}  // namespace shmbusd
