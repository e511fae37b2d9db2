#include "room.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include <bus/error.hpp>

#include "text.hpp"

namespace chat {
namespace {

constexpr auto topic_name = "chat.lines";
constexpr std::uint32_t most = 64;

// Nobody waits for one who does not listen; latecomers get the last lines of each who is there.
const bus::TopicOptions topic{
    .history = 20, .overflow = bus::Overflow::Overwrite, .publishers = most, .subscribers = most};

void show(const std::string& text) {
    std::puts(text.c_str());
    std::fflush(stdout);
}

std::string text_of(const Line& line) { return shown(line.name) + ": " + shown(line.text); }

}  // namespace

Room::Room(const bus::Connection& connection, std::string_view name, std::string_view room)
    : name_{fitting(name, longest_name)},
      room_{fitting(room, longest_name)},
      connection_{connection},
      watch_{connection},
      voice_{connection, topic_name, topic, {.clock = bus::Clock::Monotonic}},
      lines_{connection, topic_name, {.waker = bus::Waker::EventFd}},
      guests_{connection} {
    std::vector<std::uint64_t> there;
    for (const auto& attachment : connection_.status(topic_name).attachments)
        if (attachment.role == bus::Role::Publisher && attachment.state == bus::State::Active)
            there.push_back(attachment.id);
    guests_.keep_only(there);
    enter();
    known_ = guests_.all();
    show_earlier();
    show_guests();
    look();
}

// Killed instead, he is taken out by whoever hears of it.
Room::~Room() {
    try {
        guests_.remove(number());
    } catch (const bus::Error& error) {
        std::fprintf(stderr, "chat: %s\n", error.what());
    }
}

void Room::enter() {
    Guest guest{};
    put(guest.name, name_);
    put(guest.room, room_);
    guests_.enter(number(), guest);
}

bool Room::is_here(const Guest& guest) const { return shown(guest.room) == room_; }

bool Room::type(std::string_view line) {
    if (line == "/quit") return false;
    if (line == "/who")
        show_guests();
    else if (line.starts_with("/join ") && line.size() > 6)
        move_to(line.substr(6));
    else if (line.starts_with("/"))
        show("* /who, /join ROOM or /quit");
    else
        say(line);
    return true;
}

// What is too long for one line becomes several.
void Room::say(std::string_view text) {
    do {
        Line line{};
        put(line.room, room_);
        put(line.name, name_);
        put(line.text, text);
        voice_.publish(line);
        text.remove_prefix(fitting(text, sizeof line.text - 1).size());
    } while (!text.empty());
}

void Room::move_to(std::string_view room) {
    room_ = fitting(room, longest_name);
    enter();
    show_guests();
}

void Room::look() {
    hear_all();
    take_out_the_dead();
    while (guests_.changed()) show_changes();
    if (lines_.bytes().state() == bus::State::Removed)
        throw std::runtime_error{"the chat was ended"};
}

void Room::hear_all() {
    while (const auto line = lines_.take())
        if (line.publisher() != number() && shown(line->room) == room_) show(text_of(*line));
}

// Each publisher's lines come in order, those of different ones in turn: by their times they are
// as they were said.
void Room::show_earlier() {
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    while (const auto line = lines_.take())
        if (shown(line->room) == room_) lines.emplace_back(line.time(), text_of(*line));
    std::ranges::stable_sort(lines, {}, [](const auto& line) { return line.first; });
    for (const auto& [time, text] : lines) show(text);
}

void Room::show_changes() {
    auto now = guests_.all();
    if (!now.contains(number())) return enter();  // lost with a change that somebody died in
    for (const auto& [number, guest] : known_) {
        const auto found = now.find(number);
        if (is_here(guest) && (found == now.end() || !is_here(found->second)))
            show("* " + shown(guest.name) + " has left");
    }
    for (const auto& [number, guest] : now) {
        const auto found = known_.find(number);
        if (is_here(guest) && (found == known_.end() || !is_here(found->second)) &&
            number != this->number())
            show("* " + shown(guest.name) + " has come");
    }
    known_ = std::move(now);
}

void Room::show_guests() {
    std::string names;
    for (const auto& [number, guest] : guests_.all())
        if (is_here(guest)) names += (names.empty() ? "" : ", ") + shown(guest.name);
    show("* in " + room_ + ": " + names);
}

void Room::take_out_the_dead() {
    while (const auto event = watch_.next(std::chrono::nanoseconds{0})) {
        const bool gone =
            event->what == bus::Event::What::Died || event->what == bus::Event::What::Detached;
        if (gone && event->region == topic_name && event->role == bus::Role::Publisher)
            guests_.remove(event->attachment);
    }
}

}  // namespace chat
