// One region on the bus: org.shmbus1.Region.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "adaptor.hpp"
#include "daemon/answer.hpp"
#include "daemon/authority.hpp"
#include "daemon/callers.hpp"
#include "daemon/deferred.hpp"
#include "daemon/refusal.hpp"
#include "daemon/registry.hpp"
#include "wire/access.hpp"
#include "wire/dictionary.hpp"
#include "wire/fd_bridge.hpp"
#include "wire/rows.hpp"

namespace shmbusd {

class RegionObject final
    : public sdbus::AdaptorInterfaces<org::shmbus1::Region_adaptor, sdbus::ManagedObject_adaptor,
                                      sdbus::Properties_adaptor> {
public:
    RegionObject(sdbus::IConnection& connection, Registry& registry, Region& region,
                 Callers& callers, Authority& authority);
    RegionObject(const RegionObject&) = delete;
    RegionObject& operator=(const RegionObject&) = delete;
    ~RegionObject();

    // Says that the region has come. One that was restored never was away.
    void tell_added();
    void tell(const bus::Event& event);
    // Says that its access has changed.
    void tell_access();

private:
    using Dictionary = bus::wire::Dictionary;
    using NumberedBits = bus::wire::NumberedBits;
    using WireFd = bus::wire::WireFd;
    using AttachReply =
        std::tuple<std::uint64_t, Dictionary, WireFd, WireFd, std::string, std::vector<WireFd>>;
    using PeerReply = std::tuple<WireFd, std::string, std::vector<WireFd>>;
    using BytesReply = std::tuple<std::uint64_t, std::uint64_t, WireFd, WireFd>;
    using GrowthReply = std::tuple<std::uint64_t, WireFd>;

    [[nodiscard]] AttachReply reply_of(const Attachment& attachment) const;

    AttachReply Attach(const std::string& role, const Dictionary& options) override;
    void Activate(const std::uint64_t& attachment) override;
    PeerReply OpenPeer(const std::uint64_t& attachment, const std::uint64_t& peer) override;
    void Detach(const std::uint64_t& attachment) override;
    BytesReply OpenBytes(const std::uint64_t& attachment) override;
    GrowthReply Grow(const std::uint64_t& attachment, const std::uint64_t& bytes) override;
    void Announce(const std::uint64_t& attachment, const std::uint64_t& generation) override;
    bool ReportStall(const std::uint64_t& attachment, const std::uint64_t& laggard) override;
    std::vector<bus::wire::AttachmentRow> GetStatistics() override;
    void SetAccess(sdbus::Result<>&& result, Dictionary access) override;

    std::string Name() override;
    std::string Kind() override;
    Dictionary Options() override;
    std::uint32_t Slots() override;
    std::uint64_t SlotStride() override;
    std::uint32_t Owner() override;
    std::uint32_t Group() override;
    std::uint32_t Mode() override;
    NumberedBits Users() override;
    NumberedBits Groups() override;
    std::uint32_t Publishers() override;
    std::uint32_t Subscribers() override;
    std::uint64_t Bytes() override;
    std::uint64_t Size() override;
    std::uint64_t Generation() override;

    [[nodiscard]] const Credentials& caller();
    // What becomes of a refusal of the call that is being handled.
    [[nodiscard]] Refusal refused() const;
    template <class Handler>
    auto answer(Handler handler) {
        return shmbusd::answer(std::move(handler),
                               [this](const bus::Error& error) { refused()(error); });
    }
    void set_access(const bus::AccessChange& change);

    Registry& registry_;
    Region& region_;
    Callers& callers_;
    Authority& authority_;
    // Shared with the answers that polkit still owes: with it they know whether this is still here.
    std::shared_ptr<RegionObject*> here_ = std::make_shared<RegionObject*>(this);
};

}  // namespace shmbusd
