// One person's part in a chat: what he says goes out, what others say in his room comes in, and he
// is told who comes and who goes.
#pragma once

#include <string>
#include <string_view>

#include <bus/connection.hpp>
#include <bus/publisher.hpp>
#include <bus/subscriber.hpp>

#include "guests.hpp"
#include "line.hpp"

namespace chat {

class Room {
public:
    /// Joins, shows what was said last, and who is there. Throws bus::Error, as all here.
    Room(const bus::Connection& connection, std::string_view name, std::string_view room);
    ~Room();
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    /// What was typed: words for all, or "/who", "/join ROOM", "/quit". False for the last.
    [[nodiscard]] bool type(std::string_view line);
    /// Shows what has happened since the last time, and goes on to wait. To be called when one of
    /// the descriptors is readable.
    void look();

    [[nodiscard]] int lines_fd() noexcept { return lines_.bytes().fd(); }
    [[nodiscard]] int guests_fd() const noexcept { return guests_.fd(); }
    [[nodiscard]] int watch_fd() const noexcept { return watch_.fd(); }

private:
    void say(std::string_view text);
    void move_to(std::string_view room);
    void enter();
    void hear_all();
    void show_earlier();
    void show_changes();
    void show_guests();
    void take_out_the_dead();
    [[nodiscard]] std::uint64_t number() noexcept { return voice_.bytes().id(); }
    [[nodiscard]] bool is_here(const Guest& guest) const;

    std::string name_;
    std::string room_;
    bus::Connection connection_;
    bus::Watch watch_;  // before anybody can go unseen
    bus::Publisher<Line> voice_;
    bus::Subscriber<Line> lines_;
    Guests guests_;
    Guests::All known_;
};

}  // namespace chat
