// Who is there: a map in a raw region. Everybody writes himself into it, and whoever notices that
// somebody has gone takes that one out.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include <bus/connection.hpp>
#include <bus/containers.hpp>
#include <bus/raw.hpp>

#include "line.hpp"

namespace chat {

/// One of them, by the number of its attachment to the topic.
struct Guest {
    static constexpr std::string_view bus_type_name = "chat.Guest";
    char name[longest_name + 1];
    char room[longest_name + 1];
};

class Guests {
public:
    using All = std::map<std::uint64_t, Guest>;

    /// Creates the region when it is absent. Throws bus::Error, as all here.
    explicit Guests(const bus::Connection& connection);

    void enter(std::uint64_t number, const Guest& guest);
    void remove(std::uint64_t number);
    /// Removes whoever is not among these: those who went while nobody was there to see it.
    void keep_only(std::span<const std::uint64_t> there);
    [[nodiscard]] All all();

    /// Readable after changed() has said no and something changed.
    [[nodiscard]] int fd() const noexcept { return region_.fd(); }
    [[nodiscard]] bool changed() noexcept;

private:
    template <class Act>
    void change(Act act);

    bus::Region region_;
    bus::Containers board_;
};

}  // namespace chat
