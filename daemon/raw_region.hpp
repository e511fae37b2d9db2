// A raw region: the bytes and the lock that its attachments share, and how the bytes grow. The
// daemon is the arbiter of the lock: it frees that of a holder that has gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/mapping.hpp"
#include "base/unique_fd.hpp"
#include "daemon/charge.hpp"
#include "daemon/region.hpp"
#include "daemon/store.hpp"

namespace shmbusd {

class RawRegion final : public Region {
public:
    RawRegion(RegionPlan plan, Quotas& quotas, Announce announce);
    // As Region.
    RawRegion(RegionPlan plan, const Survivor& survivor, Quotas& quotas, Announce announce);

    [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size; }
    [[nodiscard]] std::uint64_t generation() const noexcept override { return bytes_.generation; }
    [[nodiscard]] SharedBytes open_bytes(std::uint64_t id, std::string_view peer) override;
    [[nodiscard]] SharedBytes grow(std::uint64_t id, std::string_view peer,
                                   std::uint64_t bytes) override;
    void announce_bytes(std::uint64_t id, std::string_view peer, std::uint64_t generation) override;

private:
    // One bytes segment, for writers and for readers.
    struct Bytes {
        std::uint64_t generation = 0;
        std::uint64_t size = 0;
        bus::base::UniqueFd writable;
        bus::base::UniqueFd readable;
    };
    // More bytes that a writer asked for and has not announced.
    struct Growth {
        std::uint64_t writer = 0;
        Bytes bytes;
        Charge charge;  // to the owner, beside what the region has now
    };

    void recall_shared(Survivor& survivor) override;
    void keep_from_now_on() override;
    void part(Attachment& attachment) override;
    void reap() override;
    void count(const Attachment& attachment, bus::AttachmentInfo& info) const override;
    [[nodiscard]] std::uint64_t own_bytes() const noexcept override;

    [[nodiscard]] Bytes make_bytes(std::uint64_t generation, std::uint64_t size) const;
    [[nodiscard]] const Attachment& find_writer(std::uint64_t id, std::string_view peer);
    void map_lock();
    void settle(Bytes bytes);

    bus::base::UniqueFd lock_writable_;
    bus::base::UniqueFd lock_readable_;
    bus::base::Mapping lock_;
    Bytes bytes_;
    std::optional<Growth> growth_;
    std::uint64_t next_generation_ = 1;
    Kept lock_kept_;
    Kept bytes_kept_;
};

}  // namespace shmbusd
