#include "daemon/authority.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

#include <bus/error.hpp>

#include "daemon/accounts.hpp"
#include "wire/sdbus_bridge.hpp"

namespace shmbusd {
namespace {

constexpr const char* action = "org.shmbus1.manage-regions";
constexpr const char* polkit_name = "org.freedesktop.PolicyKit1";
constexpr const char* polkit_path = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkit_interface = "org.freedesktop.PolicyKit1.Authority";

// As long as clients wait for us (the interface says so): a person may have to type a password.
constexpr std::chrono::seconds patience{120};

// Of one user at a time; each costs memory, and may show a person a dialog.
constexpr unsigned most_open = 8;

using Details = std::map<std::string, std::string>;
using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
// Whether it is authorized, whether it could be by a challenge, and details.
using Answer = sdbus::Struct<bool, bool, Details>;

Subject subject_of(const Credentials& caller) {
    return Subject{"system-bus-name", {{"name", sdbus::Variant{caller.peer}}}};
}

}  // namespace

Authority::Authority(sdbus::IConnection& connection, Polkit polkit) {
    if (polkit == Polkit::Asked)
        polkit_ = sdbus::createProxy(connection, bus::wire::BusName{polkit_name},
                                     bus::wire::PathName{polkit_path});
}

void Authority::judge(const Credentials& caller, Interaction interaction, Verdict verdict) {
    if (caller.uid == 0) return verdict({});
    if (!polkit_) return verdict("only root administers this bus");
    const auto user = caller.uid;
    if (open_.contains(user) && open_.at(user) >= most_open)
        throw bus::Error{bus::Errc::LimitsExceeded,
                         user_text(user) + ": polkit has yet to answer " +
                             std::to_string(most_open) + " questions about it"};
    ask(caller, interaction,
        [this, user, verdict = std::move(verdict)](const std::string& refusal) {
            if (--open_[user] == 0) open_.erase(user);
            verdict(refusal);
        });
    ++open_[user];
}

void Authority::ask(const Credentials& caller, Interaction interaction, Verdict verdict) {
    const auto take = [verdict = std::move(verdict)](bus::wire::CallFailure error,
                                                     const Answer& answer) {
        if (error)
            verdict("polkit cannot be asked: " + std::string{error->getMessage()});
        else
            verdict(answer.get<0>() ? ""
                                    : std::string{"polkit does not authorize it to "} + action);
    };
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface(polkit_interface)
        .withTimeout(patience)
        .withArguments(subject_of(caller), std::string{action}, Details{},
                       std::uint32_t{interaction == Interaction::Allowed ? 1U : 0U}, std::string{})
        .uponReplyInvoke(take);
}

}  // namespace shmbusd
