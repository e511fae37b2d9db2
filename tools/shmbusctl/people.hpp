// Who is behind an attachment, asked of the machine once for each client.
#pragma once

#include <map>
#include <string>

#include <bus/region.hpp>

namespace ctl {

class People {
public:
    /// The command's name, fit to be shown; empty when it is gone or may not be read.
    [[nodiscard]] const std::string& command(const bus::AttachmentInfo& info);
    [[nodiscard]] const std::string& user(::uid_t uid);
    /// "1234 ffmpeg alice".
    [[nodiscard]] std::string named(const bus::AttachmentInfo& info);

private:
    std::map<std::string, std::string> commands_;  // by the name on the bus, which is never reused
    std::map<::uid_t, std::string> users_;
};

}  // namespace ctl
