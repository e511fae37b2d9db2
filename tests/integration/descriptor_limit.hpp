// How many descriptors this process may have open, and whatever it starts meanwhile.
#pragma once

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sys/resource.h>

namespace integration {

class DescriptorLimit {
public:
    // As many as this or, where it may not be so many, as many as may be. Until destruction.
    explicit DescriptorLimit(::rlim_t count) {
        if (::getrlimit(RLIMIT_NOFILE, &before_) != 0) fail("getrlimit");
        const ::rlimit wanted{std::min(count, before_.rlim_max), before_.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &wanted) != 0) fail("setrlimit");
        count_ = wanted.rlim_cur;
    }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

    [[nodiscard]] ::rlim_t count() const noexcept { return count_; }

private:
    [[noreturn]] static void fail(const char* call) {
        throw std::system_error{errno, std::system_category(), call};
    }

    ::rlimit before_{};
    ::rlim_t count_ = 0;
};

}  // namespace integration
