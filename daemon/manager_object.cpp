#include "daemon/manager_object.hpp"

#include <chrono>
#include <ranges>
#include <utility>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/accounts.hpp"
#include "daemon/answer.hpp"
#include "wire/paths.hpp"
#include "wire/shape.hpp"

namespace shmbusd {
namespace {

sdbus::ObjectPath path_of(const std::string& name) {
    return sdbus::ObjectPath{bus::wire::path_of_region(name)};
}

}  // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, Registry& registry, Callers& callers,
                             Authority& authority, Follow follow)
    : AdaptorInterfaces{connection, bus::wire::PathName{bus::abi::manager_path}},
      registry_{registry},
      callers_{callers},
      authority_{authority},
      follow_{std::move(follow)},
      unit_{connection} {
    registerAdaptor();
}

ManagerObject::~ManagerObject() { unregisterAdaptor(); }

Refusal ManagerObject::refused(const std::string& region) const {
    return {callers_, std::string{bus::wire::current_message(getObject()).getSender()}, region};
}

const Credentials& ManagerObject::caller() {
    return callers_.of(bus::wire::current_message(getObject()));
}

sdbus::ObjectPath ManagerObject::CreateRegion(const std::string& name, const std::string& kind,
                                              const bus::wire::Dictionary& options) {
    const auto make = [&] {
        const auto asked = bus::wire::request_from(bus::wire::kind_from(kind), options);
        auto& region = registry_.create(name, asked.shape, asked.access, caller());
        follow_.created(region);
        return path_of(name);
    };
    return shmbusd::answer(make, refused(name));
}

void ManagerObject::tell_added(const std::string& name) { emitRegionAdded(name, path_of(name)); }

sdbus::ObjectPath ManagerObject::GetRegion(const std::string& name) {
    return answer([&] { return path_of(registry_.get(name).name()); });
}

void ManagerObject::remove(const std::string& name) {
    static_cast<void>(registry_.get(name));  // it may have gone while polkit was asked
    follow_.removing(name);
    registry_.remove(name);
    emitRegionRemoved(name, path_of(name));
}

void ManagerObject::RemoveRegion(sdbus::Result<>&& result, std::string name) {
    const Deferred<> reply{std::move(result), refused(name)};
    reply.guard([&] {
        const auto& who = caller();
        const auto& access = registry_.get(name).access();
        const auto decide = [this, reply, name, user = who.uid](const std::string& refusal) {
            reply.guard([&] {
                if (!refusal.empty())
                    throw bus::Error{bus::Errc::AccessDenied, name + ": " + user_text(user) +
                                                                  " may not remove it: " + refusal};
                remove(name);
                reply.give();
            });
        };
        if (access.may_administer(who)) return decide({});
        authority_.judge(who, Authority::Interaction::Allowed, decide);
    });
}

std::vector<bus::wire::ListedRow> ManagerObject::ListRegions() {
    return answer([&] {
        std::vector<bus::wire::ListedRow> rows;
        for (const auto& region : registry_.regions() | std::views::values)
            rows.push_back(bus::wire::row_of(region->info()));
        return rows;
    });
}

ManagerObject::Statistics ManagerObject::GetStatistics() {
    return answer([&]() -> Statistics {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        const auto time = std::chrono::nanoseconds{now}.count();
        std::vector<bus::wire::RegionRow> rows;
        for (const auto& region : registry_.regions() | std::views::values)
            rows.emplace_back(region->name(), region->geometry().slots,
                              bus::wire::rows_of(region->statistics()));
        return {static_cast<std::uint64_t>(time), std::move(rows)};
    });
}

ManagerObject::QuotaRow ManagerObject::row_of(const bus::Quota& quota) {
    const auto& used = quota.used;
    Figures limits{{"regions", quota.limits.regions},
                   {"attachments", quota.limits.attachments},
                   {"bytes", quota.limits.bytes}};
    std::erase_if(limits, [](const auto& limit) { return limit.second == bus::unlimited; });
    return QuotaRow{
        quota.user,
        {{"regions", used.regions}, {"attachments", used.attachments}, {"bytes", used.bytes}},
        std::move(limits)};
}

void ManagerObject::GetQuotas(sdbus::Result<QuotaRows>&& result) {
    const Deferred<QuotaRows> reply{std::move(result), refused()};
    reply.guard([&] {
        const auto& who = caller();
        const auto list = [this, reply, user = who.uid](const std::string& refusal) {
            reply.guard([&] {
                const auto& quotas = registry_.quotas();
                QuotaRows rows;
                if (!refusal.empty()) rows.push_back(row_of(quotas.line(user)));
                if (refusal.empty())
                    for (const auto& line : quotas.lines()) rows.push_back(row_of(line));
                reply.give(rows);
            });
        };
        authority_.judge(who, Authority::Interaction::None, list);
    });
}

std::string ManagerObject::Version() { return SHMBUS_VERSION; }

ManagerObject::Figures ManagerObject::Limits() {
    const auto& limits = registry_.limits();
    return {{"regions", limits.regions},
            {"attachments", limits.attachments},
            {"segment", limits.segment},
            {"total", limits.total}};
}

ManagerObject::Figures ManagerObject::Usage() {
    const auto usage = registry_.usage();
    return {{"regions", usage.regions}, {"attachments", usage.attachments}, {"total", usage.bytes}};
}

ManagerObject::Figures ManagerObject::Process() {
    const auto own = process_.read();
    Figures figures{{"pid", own.pid},
                    {"started", own.started},
                    {"uptime", own.uptime},
                    {"cpu", own.cpu},
                    {"memory", own.memory},
                    {"shared", own.shared},
                    {"descriptors", own.descriptors},
                    {"descriptor_limit", own.descriptor_limit}};
    if (const auto restarts = unit_.restarts()) figures.emplace("restarts", *restarts);
    return figures;
}

}  // namespace shmbusd
