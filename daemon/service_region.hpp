// A service: one server at a time and those that wait to take over, and which server each client's
// exchange is paired with for good.
#pragma once

#include <cstdint>
#include <map>

#include "daemon/region.hpp"

namespace shmbusd {

class ServiceRegion final : public Region {
public:
    using Region::Region;

private:
    void recall(const Survivor::Member& member) override;
    void check_role(const JoinRequest& request) const override;
    [[nodiscard]] bus::abi::EntryState first_state(const Attachment& attachment) const override;
    [[nodiscard]] bool is_open(const Attachment& own, const Attachment& peer) const override;
    void note_opened(const Attachment& own, const Attachment& peer) override;
    void part(Attachment& attachment) override;
    void reap() override;
    void count(const Attachment& attachment, bus::AttachmentInfo& info) const override;

    // Of all servers the one that came first, whose turn it is to serve; none without any.
    [[nodiscard]] Attachment* first_server() const noexcept;

    // By client: the one server that was given its exchange to write. An exchange whose server has
    // gone is never given to another: who has gone may still write there.
    std::map<std::uint64_t, std::uint64_t> paired_;
};

}  // namespace shmbusd
