#include "people.hpp"

#include <fmt/format.h>

#include "accounts.hpp"
#include "process.hpp"

namespace ctl {
namespace {

constexpr std::size_t most_kept = 16'384;  // clients come and go for as long as somebody looks on

}  // namespace

const std::string& People::command(const bus::AttachmentInfo& info) {
    static const std::string nothing;
    if (info.state == bus::State::Departed) return nothing;  // the number may be another's by now
    if (commands_.size() > most_kept) commands_.clear();
    const auto [row, fresh] = commands_.try_emplace(info.peer);
    if (fresh) row->second = command_name(info.pid);
    return row->second;
}

const std::string& People::user(::uid_t uid) {
    const auto [row, fresh] = users_.try_emplace(uid);
    if (fresh) row->second = user_name(uid);
    return row->second;
}

std::string People::named(const bus::AttachmentInfo& info) {
    const auto& what = command(info);
    return fmt::format("{} {}{}{}", info.pid, what, what.empty() ? "" : " ", user(info.uid));
}

}  // namespace ctl
