// Names, paths and quantities as strangers write them: each is refused, or is what it says when it
// is written again.
#include <algorithm>
#include <functional>
#include <string>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/kept_name.hpp"
#include "daemon/quantity.hpp"
#include "script.hpp"
#include "verdict.hpp"
#include "wire/paths.hpp"

namespace {

using fuzz::require;

// False: refused.
bool accepted(const std::function<void()>& call) {
    try {
        call();
        return true;
    } catch (const bus::Error& error) {
        const std::string text = error.what();
        require(text.find('\n') == std::string::npos, "a refusal has more than one line");
        return false;
    }
}

void try_name(const std::string& name) {
    const bool good = bus::abi::name_fault(name).empty();
    require(accepted([&] { bus::abi::check_name(name); }) == good, "two judge a name differently");
    if (!good) return;
    const auto path = bus::wire::path_of_region(name);
    require(bus::wire::region_of_path(path) == name, "a name's path leads elsewhere");
    require(path.find("..") == std::string::npos, "a path leads upwards");
}

void try_path(const std::string& path) {
    const auto name = bus::wire::region_of_path(path);
    require(!name || bus::wire::path_of_region(*name) == path, "a path is not its name's");
}

void try_kept_name(const std::string& text) {
    const auto name = shmbusd::KeptName::parse(text);
    require(!name || name->text() == text, "a kept name is written otherwise");
}

void try_quantities(std::string text) {
    text.resize(std::min(text.size(), text.find('\n')));  // a file gives them line by line
    accepted([&] { require(shmbusd::parse_size(text) >= 1, "a size is nothing"); });
    accepted([&] { static_cast<void>(shmbusd::parse_count(text)); });
    accepted([&] { require(shmbusd::parse_time(text).count() >= 0, "a time is negative"); });
    accepted([&] { require(shmbusd::parse_mode(text) <= 0777, "a mode has more bits"); });
    for (const auto& word : shmbusd::parse_list(text)) require(!word.empty(), "a word is empty");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    const auto which = script.choose(5);
    const std::string text{script.rest()};
    if (which == 0) try_name(text);
    if (which == 1) try_path(text);
    if (which == 2) try_path(bus::abi::region_prefix + ("/" + text));
    if (which == 3) try_kept_name(text);
    if (which == 4) try_quantities(text);
    static_cast<void>(bus::abi::type_fault(text));
    return 0;
}
