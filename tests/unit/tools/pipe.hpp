// A pipe whose writing end can be closed, for what reads from or writes to descriptors.
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

class Pipe {
public:
    Pipe() {
        if (::pipe(ends_.data()) != 0) throw std::runtime_error{"no pipe"};
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_reading();
        close_writing();
    }

    [[nodiscard]] int reading() const { return ends_[0]; }
    [[nodiscard]] int writing() const { return ends_[1]; }
    void close_reading() { close(ends_[0]); }
    void close_writing() { close(ends_[1]); }

    /// Requires: `text` fits the pipe.
    void put(std::string_view text) const {
        if (::write(writing(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            throw std::runtime_error{"the pipe took less"};
    }
    /// What is in the pipe now, at most 64 KiB.
    [[nodiscard]] std::string get() const {
        std::string text(65536, '\0');
        const auto got = ::read(reading(), text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

private:
    static void close(int& fd) {
        if (fd >= 0) ::close(fd);
        fd = -1;
    }
    std::array<int, 2> ends_{-1, -1};
};
