// No header of systemd's puts source lines into these entries: the message id says where they are
// from.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "daemon/journal.hpp"

#include <array>
#include <vector>

#include <sys/uio.h>

#include <spdlog/spdlog.h>
#include <systemd/sd-journal.h>

#include "daemon/log.hpp"

namespace shmbusd {
namespace {

struct Row {
    Happening what;
    std::string_view word;
    std::string_view message_id;  // made at random once and for ever
    spdlog::level::level_enum level;
};

constexpr std::array rows{
    Row{Happening::Created, "create", "0119fb446cd9436199c482db0ebeba6b", spdlog::level::info},
    Row{Happening::Removed, "remove", "b8d4dee79294459aa3674277114b702a", spdlog::level::info},
    Row{Happening::Restored, "restore", "f00e78841433486eb7f1ccc0e92ab5da", spdlog::level::info},
    Row{Happening::SetAside, "set-aside", "07ed253af89449b4a499ffab038e5256", spdlog::level::err},
    Row{Happening::Attached, "attach", "074afab1ab8c463d86b1176e8147c58f", spdlog::level::info},
    Row{Happening::Detached, "detach", "ed553c191bda4651912714cb7e5a7273", spdlog::level::info},
    Row{Happening::Died, "death", "5c91c43056b445b0956bb9db23b95ed3", spdlog::level::info},
    Row{Happening::Evicted, "eviction", "e112256386f94c78b867fdf0c425c675", spdlog::level::warn},
    Row{Happening::Refused, "refusal", "821f8437dcf8469ead0e55d36a6f93bb", spdlog::level::warn},
};

const Row& row_of(Happening what) noexcept {
    for (const auto& row : rows)
        if (row.what == what) return row;
    return rows.front();
}

// syslog's numbers.
int priority_of(spdlog::level::level_enum level) noexcept {
    if (level == spdlog::level::err) return 3;
    return level == spdlog::level::warn ? 4 : 6;
}

std::vector<std::string> fields_of(const Occurrence& occurrence, const Row& row) {
    std::vector<std::string> fields{
        "MESSAGE=" + occurrence.text, "MESSAGE_ID=" + std::string{row.message_id},
        "PRIORITY=" + std::to_string(priority_of(row.level)), "SYSLOG_IDENTIFIER=shmbusd",
        "SHMBUS_EVENT=" + std::string{row.word}};
    if (!occurrence.region.empty()) fields.push_back("SHMBUS_REGION=" + occurrence.region);
    if (occurrence.attachment != 0)
        fields.push_back("SHMBUS_ATTACHMENT=" + std::to_string(occurrence.attachment));
    if (!occurrence.peer.empty()) fields.push_back("SHMBUS_PEER=" + occurrence.peer);
    if (occurrence.uid) fields.push_back("SHMBUS_UID=" + std::to_string(*occurrence.uid));
    return fields;
}

void send(const std::vector<std::string>& fields) {
    std::vector<iovec> parts;
    for (const auto& field : fields)
        parts.push_back({const_cast<char*>(field.data()), field.size()});
    ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace

std::string_view to_string(Happening what) noexcept { return row_of(what).word; }

void record(const Occurrence& occurrence) {
    const auto& row = row_of(occurrence.what);
    if (!spdlog::default_logger()->should_log(row.level)) return;
    if (logs_to_journal())
        send(fields_of(occurrence, row));
    else
        spdlog::log(row.level, "{}", occurrence.text);
}

}  // namespace shmbusd
