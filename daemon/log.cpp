#include "daemon/log.hpp"

#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

namespace shmbusd {

// systemd names the stream that it made; stderr may have been led elsewhere since.
bool logs_to_journal() noexcept {
    static const bool answer = [] {
        const char* stream = std::getenv("JOURNAL_STREAM");
        struct stat status {};
        return stream != nullptr && ::fstat(STDERR_FILENO, &status) == 0 &&
               std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
    }();
    return answer;
}

void start_log(const std::string& level) {
    if (logs_to_journal())
        spdlog::set_default_logger(spdlog::systemd_logger_st("shmbusd", "shmbusd"));
    else
        spdlog::set_default_logger(spdlog::stderr_color_st("shmbusd"));
    spdlog::set_pattern("%H:%M:%S.%e %^%l%$ %v");
    set_log_level(level);
}

void set_log_level(const std::string& level) { spdlog::set_level(spdlog::level::from_str(level)); }

}  // namespace shmbusd
