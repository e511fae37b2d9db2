// What an administrator may set: the limits of the service and how much it logs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shmbusd {

// Limits of the whole service.
struct Limits {
    std::uint64_t regions = 1024;
    std::uint64_t attachments = 4096;
    std::uint64_t segment = std::uint64_t{1} << 30;  // bytes of one segment
    std::uint64_t total = std::uint64_t{16} << 30;   // bytes of all segments
};

struct Config {
    Limits limits;
    std::string log_level = "info";
};

// Reads a file in systemd's ini style:
//   [Limits]  MaxRegions=  MaxAttachments=  MaxSegmentSize=  MaxTotalSize=   (sizes with K, M, G)
//   [Log]     Level=trace|debug|info|warning|error
// Throws: bus::Error InvalidArgument, naming file, line and what is wrong there.
[[nodiscard]] Config read_config(const std::string& path);

}  // namespace shmbusd
