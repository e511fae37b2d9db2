// A descriptor with one owner, and whole payloads through it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace bench {

class Descriptor {
public:
    Descriptor() noexcept = default;
    // Takes over what a call returned. Throws: std::system_error, with `what`, when it failed.
    Descriptor(int fd, const char* what) : fd_{fd} {
        if (fd < 0) throw std::system_error{errno, std::system_category(), what};
    }
    Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }

    [[nodiscard]] int get() const noexcept { return fd_; }

    // Throws: std::system_error.
    void write_all(std::span<const std::byte> bytes) const {
        while (!bytes.empty())
            bytes = bytes.subspan(progress(::write(fd_, bytes.data(), bytes.size())));
    }
    // Fills `bytes`. Throws: std::system_error, also at the end of what comes.
    void read_all(std::span<std::byte> bytes) const {
        while (!bytes.empty())
            bytes = bytes.subspan(progress(::read(fd_, bytes.data(), bytes.size())));
    }

private:
    [[nodiscard]] static std::size_t progress(::ssize_t done) {
        if (done > 0) return static_cast<std::size_t>(done);
        if (done < 0 && errno == EINTR) return 0;
        throw std::system_error{done < 0 ? errno : EPIPE, std::system_category(), "transfer"};
    }

    int fd_ = -1;
};

}  // namespace bench
