#include "daemon/region_object.hpp"

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "abi/roles.hpp"
#include "daemon/accounts.hpp"
#include "daemon/answer.hpp"
#include "wire/paths.hpp"
#include "wire/shape.hpp"

namespace shmbusd {
namespace {

JoinRequest join_request(const std::string& role, const bus::wire::Dictionary& options) {
    JoinRequest request{.role = bus::wire::role_from(role)};
    for (const auto& [key, value] : options) {
        if (key == "type") {
            request.type = bus::wire::text_from(key, value);
        } else if (key == "size") {
            request.size = bus::wire::number_from(key, value);
        } else if (key == "token") {
            request.token = bus::wire::number_from(key, value);
        } else if (key == "standby") {
            request.standby = bus::wire::flag_from(key, value);
        } else if (key == "waker") {
            const auto waker = bus::wire::text_from(key, value);
            if (waker != "semaphore" && waker != "eventfd")
                throw bus::Error{bus::Errc::InvalidArgument,
                                 "waker: \"" + waker + "\" is not semaphore or eventfd"};
            request.waker = waker == "eventfd" ? WakerKind::EventFd : WakerKind::Semaphore;
        } else {
            throw bus::Error{bus::Errc::InvalidArgument, key + ": Attach has no such option"};
        }
    }
    return request;
}

}  // namespace

RegionObject::RegionObject(sdbus::IConnection& connection, Registry& registry, Region& region,
                           Callers& callers, Authority& authority)
    : AdaptorInterfaces{connection, bus::wire::PathName{bus::wire::path_of_region(region.name())}},
      registry_{registry},
      region_{region},
      callers_{callers},
      authority_{authority} {
    registerAdaptor();
}

void RegionObject::tell_added() { emitInterfacesAddedSignal(); }

RegionObject::~RegionObject() {
    try {
        emitInterfacesRemovedSignal();
    } catch (const sdbus::Error&) {
        // The bus is gone, and with it all who would have heard this.
    }
    unregisterAdaptor();
}

Refusal RegionObject::refused() const {
    return {callers_, std::string{bus::wire::current_message(getObject()).getSender()},
            region_.name()};
}

const Credentials& RegionObject::caller() {
    return callers_.of(bus::wire::current_message(getObject()));
}

void RegionObject::tell(const bus::Event& event) {
    emitAttachmentChanged(event.attachment, std::string{to_string(event.role)},
                          std::string{to_string(event.what)}, static_cast<std::uint32_t>(event.pid),
                          event.uid);
    const bool leading = bus::abi::leads(event.role);
    emitPropertiesChangedSignal(bus::abi::region_interface,
                                {bus::wire::PropertyName{leading ? "Publishers" : "Subscribers"},
                                 bus::wire::PropertyName{"Bytes"}});
}

void RegionObject::tell_access() {
    std::vector<bus::wire::PropertyName> changed;
    for (const char* name : {"Owner", "Group", "Mode", "Users", "Groups"})
        changed.emplace_back(name);
    emitPropertiesChangedSignal(bus::abi::region_interface, changed);
}

RegionObject::AttachReply RegionObject::Attach(const std::string& role, const Dictionary& options) {
    return answer([&]() -> AttachReply {
        const auto& who = caller();
        const auto& attachment = registry_.attach(region_, join_request(role, options), who);
        try {
            return reply_of(attachment);
        } catch (const bus::Error&) {  // no descriptor to spare: nobody would ever use it
            region_.detach(attachment.id(), who.peer);
            throw;
        }
    });
}

RegionObject::AttachReply RegionObject::reply_of(const Attachment& attachment) const {
    return {attachment.id(),
            bus::wire::dictionary_from(region_.geometry()),
            bus::wire::to_wire(region_.roster()),
            bus::wire::to_wire(attachment.segment()),
            attachment.semaphore(),
            bus::wire::to_wire_list(attachment.event())};
}

void RegionObject::Activate(const std::uint64_t& attachment) {
    answer([&] { region_.activate(attachment, caller().peer); });
}

RegionObject::PeerReply RegionObject::OpenPeer(const std::uint64_t& attachment,
                                               const std::uint64_t& peer) {
    return answer([&]() -> PeerReply {
        const auto& opened = region_.open_peer(attachment, peer, caller());
        return {bus::wire::to_wire(opened.segment()), opened.semaphore(),
                bus::wire::to_wire_list(opened.event())};
    });
}

void RegionObject::Detach(const std::uint64_t& attachment) {
    answer([&] { region_.detach(attachment, caller().peer); });
}

RegionObject::BytesReply RegionObject::OpenBytes(const std::uint64_t& attachment) {
    return answer([&]() -> BytesReply {
        const auto opened = region_.open_bytes(attachment, caller().peer);
        return {opened.generation, opened.bytes, bus::wire::to_wire(opened.lock),
                bus::wire::to_wire(opened.segment)};
    });
}

RegionObject::GrowthReply RegionObject::Grow(const std::uint64_t& attachment,
                                             const std::uint64_t& bytes) {
    return answer([&]() -> GrowthReply {
        const auto grown = registry_.grow(region_, attachment, bytes, caller().peer);
        return {grown.generation, bus::wire::to_wire(grown.segment)};
    });
}

void RegionObject::Announce(const std::uint64_t& attachment, const std::uint64_t& generation) {
    answer([&] {
        region_.announce_bytes(attachment, caller().peer, generation);
        emitPropertiesChangedSignal(
            bus::abi::region_interface,
            {bus::wire::PropertyName{"Generation"}, bus::wire::PropertyName{"Size"},
             bus::wire::PropertyName{"Bytes"}});
    });
}

bool RegionObject::ReportStall(const std::uint64_t& attachment, const std::uint64_t& laggard) {
    return answer([&] {
        return region_.report_stall(attachment, laggard, caller().peer,
                                    std::chrono::steady_clock::now());
    });
}

std::vector<bus::wire::AttachmentRow> RegionObject::GetStatistics() {
    return answer([&] { return bus::wire::rows_of(region_.statistics()); });
}

// The owner may all but give the region away.
void RegionObject::SetAccess(sdbus::Result<>&& result, Dictionary access) {
    const Deferred<> reply{std::move(result), refused()};
    reply.guard([&] {
        const auto change = bus::wire::access_change_from(access);
        const auto& who = caller();
        const auto decide = [reply, change, here = std::weak_ptr{here_}, name = region_.name(),
                             user = who.uid](const std::string& refusal) {
            reply.guard([&] {
                if (!refusal.empty())
                    throw bus::Error{
                        bus::Errc::AccessDenied,
                        name + ": " + user_text(user) + " may not change access: " + refusal};
                const auto object = here.lock();
                if (!object)  // it went while polkit was asked
                    throw bus::Error{bus::Errc::NoSuchRegion, name + ": no such region"};
                (*object)->set_access(change);
                reply.give();
            });
        };
        if (region_.access().may_administer(who) && !change.owner) return decide({});
        authority_.judge(who, Authority::Interaction::Allowed, decide);
    });
}

void RegionObject::set_access(const bus::AccessChange& change) {
    region_.set_access(region_.access().with(change), Billing::WithinQuota);
    tell_access();
}

std::string RegionObject::Name() { return region_.name(); }
std::string RegionObject::Kind() { return std::string{to_string(region_.kind())}; }
RegionObject::Dictionary RegionObject::Options() {
    return bus::wire::dictionary_from(region_.shape());
}
std::uint32_t RegionObject::Slots() { return region_.geometry().slots; }
std::uint64_t RegionObject::SlotStride() { return region_.geometry().stride(); }
std::uint32_t RegionObject::Owner() { return region_.access().owner; }
std::uint32_t RegionObject::Group() { return region_.access().group; }
std::uint32_t RegionObject::Mode() { return region_.access().mode; }
RegionObject::NumberedBits RegionObject::Users() {
    return bus::wire::bits_from(region_.access().users);
}
RegionObject::NumberedBits RegionObject::Groups() {
    return bus::wire::bits_from(region_.access().groups);
}
std::uint32_t RegionObject::Publishers() {
    return region_.count_active(bus::abi::leading_role(region_.kind()));
}
std::uint32_t RegionObject::Subscribers() {
    return region_.count_active(bus::abi::following_role(region_.kind()));
}
std::uint64_t RegionObject::Bytes() { return region_.bytes(); }
std::uint64_t RegionObject::Size() { return region_.size(); }
std::uint64_t RegionObject::Generation() { return region_.generation(); }

}  // namespace shmbusd
