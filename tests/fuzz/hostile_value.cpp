#include "hostile_value.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/evil.hpp"

namespace fuzz {
namespace {

constexpr std::string_view basics = "ybnqiuxtdsogh";
constexpr std::string_view numbers = "ybnqiuxtd";
constexpr std::size_t most_bytes = 1'000'000;

// Names of regions, kinds, roles, options and their values, good ones and others.
constexpr std::array words{
    "topic",  "raw",       "x/1",     "x/2",       "x/3",     "",          ".",
    "..",     "a//b",      "/",       "../../etc", "service", "publisher", "subscriber",
    "server", "client",    "writer",  "reader",    "block",   "overwrite", "asymmetric",
    "full",   "semaphore", "eventfd", "root",      "nobody",  "0",         "4294967295",
    "-1",     "\xc3\xbc",  "a b",     "%n%s",      "r",       "rw"};
constexpr std::array keys{"size",     "type",       "fence",       "alignment", "history",  "slots",
                          "overflow", "publishers", "subscribers", "holds",     "patience", "depth",
                          "clients",  "standbys",   "writers",     "readers",   "mode",     "owner",
                          "group",    "users",      "groups",      "waker",     "token"};

void checked(int result, const char* what) {
    if (result < 0) throw std::system_error{-result, std::system_category(), what};
}

// Of the complete type that `types` begins with.
std::size_t length_of(std::string_view types) {
    if (types.front() == 'a') return 1 + length_of(types.substr(1));
    if (types.front() != '(' && types.front() != '{') return 1;
    std::size_t length = 0;
    int open = 0;
    do {
        const char c = types[length++];
        open += c == '(' || c == '{' ? 1 : c == ')' || c == '}' ? -1 : 0;
    } while (open > 0);
    return length;
}

}  // namespace

HostileValues::HostileValues() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    for (const int end : ends) strange_.emplace_back(end);
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    for (const int end : ends) strange_.emplace_back(end);
    strange_.emplace_back(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    strange_.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC));
    strange_.emplace_back(::eventfd(0, EFD_CLOEXEC));
    strange_.emplace_back(::memfd_create("strange", MFD_CLOEXEC));
}

std::size_t HostileValues::afford(std::size_t count, std::size_t bytes) {
    count = std::min(count, bytes_left_ / bytes);
    bytes_left_ -= count * bytes;
    return count;
}

std::string HostileValues::any_text(Random& random) {
    if (choose(random, 16) != 0) return words[choose(random, words.size())];
    constexpr std::array sizes{1U, 64U, 255U, 256U, 4096U, 100'000U};
    return std::string(afford(sizes[choose(random, sizes.size())], 1), 'n');
}

std::string HostileValues::any_type(Random& random, int depth) {
    const auto shape = choose(random, depth > 0 ? 8 : 4);
    if (shape < 4) {
        const char type = basics[choose(random, basics.size())];
        return type == 'h' && --handles_left_ < 0 ? "s" : std::string{type};
    }
    if (shape == 4) return "v";
    if (shape == 5) return "a" + any_type(random, depth - 1);
    if (shape == 6) return "a{s" + any_type(random, depth - 1) + "}";
    return "(" + any_type(random, depth - 1) + any_type(random, depth - 1) + ")";
}

std::string HostileValues::any_types(Random& random) {
    handles_left_ = most_handles_ / 2;
    std::string types;
    for (auto count = choose(random, 4); count > 0; --count) types += any_type(random, 6);
    return types;
}

void HostileValues::append(sd_bus_message* message, std::string_view types, Random& random) {
    handles_left_ = most_handles_ / 2;  // types that were chosen before may have as many
    bytes_left_ = most_bytes;
    append_all(message, types, random);
}

void HostileValues::append_all(sd_bus_message* message, std::string_view types, Random& random) {
    while (!types.empty()) {
        const auto length = length_of(types);
        append_one(message, types.substr(0, length), random);
        types.remove_prefix(length);
    }
}

void HostileValues::append_one(sd_bus_message* message, std::string_view type, Random& random) {
    if (type == "a{sv}") return append_options(message, random);
    if (type == "v") return append_variant(message, any_type(random, 4), random);
    if (type.size() == 1) return append_basic(message, type.front(), random);
    const std::string inner{type.front() == 'a' ? type.substr(1) : type.substr(1, type.size() - 2)};
    if (type.front() == 'a') return append_array(message, inner, random);
    const char kind = type.front() == '{' ? 'e' : 'r';
    checked(::sd_bus_message_open_container(message, kind, inner.c_str()), "open");
    append_all(message, inner, random);
    checked(::sd_bus_message_close_container(message), "close");
}

void HostileValues::append_basic(sd_bus_message* message, char type, Random& random) {
    // Often that of an attachment which is there, or a size which is possible.
    const auto number = choose(random, 2) == 0 ? 1 + choose(random, 40) : bus::evil(random, 4096);
    const int small = static_cast<int>(number % strange_.size());
    const int fd = strange_[static_cast<std::size_t>(small)].get();
    const int truth = small & 1;
    const void* value = &number;
    std::string text;
    if (type == 's') text = any_text(random);
    if (type == 'o') text = "/org/shmbus1/region/topic";
    if (type == 'g') text = "a{s(vh)}";
    if (type == 's' || type == 'o' || type == 'g') value = text.c_str();
    if (type == 'b') value = &truth;
    if (type == 'h') value = &fd;
    checked(::sd_bus_message_append_basic(message, type, value), "basic");
}

void HostileValues::append_array(sd_bus_message* message, const std::string& element,
                                 Random& random) {
    checked(::sd_bus_message_open_container(message, 'a', element.c_str()), "array");
    auto count = choose(random, 5);
    const bool flat = element.size() == 1 && numbers.find(element) != std::string_view::npos;
    if (flat && choose(random, 32) == 0) count = choose(random, 100'000);
    if (element.find('h') != std::string::npos) count = 0;
    count = afford(count, sizeof(std::uint64_t));
    while (count-- > 0) append_all(message, element, random);
    checked(::sd_bus_message_close_container(message), "array");
}

void HostileValues::append_variant(sd_bus_message* message, const std::string& type,
                                   Random& random) {
    checked(::sd_bus_message_open_container(message, 'v', type.c_str()), "variant");
    append_all(message, type, random);
    checked(::sd_bus_message_close_container(message), "variant");
}

// A variant in a variant, and so on, as deep as a bus lets it through.
void HostileValues::append_nest(sd_bus_message* message) {
    constexpr int depth = 32;
    for (int i = 0; i < depth; ++i)
        checked(::sd_bus_message_open_container(message, 'v', i + 1 < depth ? "v" : "y"), "nest");
    const std::uint8_t least = 1;
    checked(::sd_bus_message_append_basic(message, 'y', &least), "nest");
    for (int i = 0; i < depth; ++i) checked(::sd_bus_message_close_container(message), "nest");
}

// Mostly a known key, mostly with something that it could take.
void HostileValues::append_option(sd_bus_message* message, Random& random) {
    const std::string key =
        choose(random, 8) == 0 ? any_text(random) : keys[choose(random, keys.size())];
    constexpr std::array likely{"t", "u", "s", "a{su}", "x", "y"};
    checked(::sd_bus_message_append_basic(message, 's', key.c_str()), "key");
    if (choose(random, 64) == 0) return append_nest(message);
    append_variant(
        message,
        choose(random, 4) == 0 ? any_type(random, 5) : likely[choose(random, likely.size())],
        random);
}

void HostileValues::append_options(sd_bus_message* message, Random& random) {
    checked(::sd_bus_message_open_container(message, 'a', "{sv}"), "options");
    auto count = afford(choose(random, 64) == 0 ? 2'000 : choose(random, 6), 32);
    for (; count > 0; --count) {
        checked(::sd_bus_message_open_container(message, 'e', "sv"), "option");
        append_option(message, random);
        checked(::sd_bus_message_close_container(message), "option");
    }
    checked(::sd_bus_message_close_container(message), "options");
}

}  // namespace fuzz
