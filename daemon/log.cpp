#include "daemon/log.hpp"

#include <cstdlib>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

namespace shmbusd {

void start_log(const std::string& level) {
    if (std::getenv("JOURNAL_STREAM") != nullptr)
        spdlog::set_default_logger(spdlog::systemd_logger_st("shmbusd", "shmbusd"));
    else
        spdlog::set_default_logger(spdlog::stderr_color_st("shmbusd"));
    spdlog::set_pattern("%H:%M:%S.%e %^%l%$ %v");
    set_log_level(level);
}

void set_log_level(const std::string& level) { spdlog::set_level(spdlog::level::from_str(level)); }

}  // namespace shmbusd
