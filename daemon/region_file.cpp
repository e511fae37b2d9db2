#include "daemon/region_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <ranges>
#include <system_error>
#include <utility>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/accounts.hpp"
#include "daemon/ini_file.hpp"
#include "daemon/quantity.hpp"
#include "shm/derive.hpp"

namespace shmbusd {
namespace {

using bus::abi::Shape;

[[noreturn]] void refuse(const std::string& text) {
    throw bus::Error{bus::Errc::InvalidArgument, text};
}

template <class Enumeration>
Enumeration parse_word(std::string_view word, std::initializer_list<Enumeration> values) {
    std::string choices;
    for (const auto value : values) {
        if (to_string(value) == word) return value;
        choices += (choices.empty() ? "" : " or ") + std::string{to_string(value)};
    }
    refuse("\"" + std::string{word} + "\" is not " + choices);
}

constexpr std::initializer_list<bus::Kind> every_kind{bus::Kind::Topic, bus::Kind::Service,
                                                      bus::Kind::Raw};

constexpr unsigned bit_of(bus::Kind kind) noexcept { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned topic = bit_of(bus::Kind::Topic);
constexpr unsigned service = bit_of(bus::Kind::Service);
constexpr unsigned raw = bit_of(bus::Kind::Raw);

// A key of [Region] that becomes part of the shape, and of which kinds.
struct Key {
    std::string_view name;
    unsigned kinds;
    void (*set)(Shape& shape, const std::string& value);
    bool (*differs)(const Shape& one, const Shape& other);
};

template <auto Member>
bool differ(const Shape& one, const Shape& other) {
    return one.*Member != other.*Member;
}
template <auto Member>
void set_size(Shape& shape, const std::string& value) {
    shape.*Member = parse_size(value);
}
template <auto Member>
void set_count(Shape& shape, const std::string& value) {
    shape.*Member = parse_count(value);
}
template <auto Member>
constexpr Key size_key(std::string_view name, unsigned kinds) {
    return {name, kinds, &set_size<Member>, &differ<Member>};
}
template <auto Member>
constexpr Key count_key(std::string_view name, unsigned kinds) {
    return {name, kinds, &set_count<Member>, &differ<Member>};
}

constexpr std::array keys{
    Key{"Type", topic | service | raw, [](Shape& shape, const auto& value) { shape.type = value; },
        &differ<&Shape::type>},
    size_key<&Shape::size>("Size", topic | service | raw),
    size_key<&Shape::alignment>("Alignment", topic | service),
    count_key<&Shape::history>("History", topic),
    count_key<&Shape::slots>("Slots", topic),
    count_key<&Shape::slots>("Depth", service),
    Key{"Overflow", topic,
        [](Shape& shape, const auto& value) {
            shape.overflow = parse_word(value, {bus::Overflow::Block, bus::Overflow::Overwrite});
        },
        &differ<&Shape::overflow>},
    count_key<&Shape::leading>("Publishers", topic),
    count_key<&Shape::following>("Subscribers", topic),
    count_key<&Shape::following>("Clients", service),
    Key{"Standbys", service,
        [](Shape& shape, const auto& value) { shape.leading = parse_count(value) + 1; },
        &differ<&Shape::leading>},
    count_key<&Shape::leading>("Writers", raw),
    count_key<&Shape::following>("Readers", raw),
    count_key<&Shape::holds>("Holds", topic),
    Key{"Patience", topic,
        [](Shape& shape, const auto& value) { shape.patience = parse_time(value); },
        &differ<&Shape::patience>},
    Key{"Fence", topic | service | raw,
        [](Shape& shape, const auto& value) {
            shape.fence = parse_word(value, {bus::Fence::Asymmetric, bus::Fence::Full});
        },
        &differ<&Shape::fence>}};

// "bob:r carol:rw dave:-" into numbers and what they may.
template <class Id>
void add_named(bus::NamedRights& named, const std::string& list, Id (*id_of)(std::string_view)) {
    for (const auto& word : parse_list(list)) {
        const auto colon = word.rfind(':');
        if (colon == std::string::npos || colon == 0)
            refuse("\"" + word + "\" is not NAME:r, NAME:w, NAME:rw or NAME:-");
        const auto rights = parse_word(
            word.substr(colon + 1),
            {bus::Rights::Read, bus::Rights::Write, bus::Rights::ReadWrite, bus::Rights::None});
        const auto name = word.substr(0, colon);
        if (!named.emplace(std::to_string(id_of(name)), rights).second)
            refuse("\"" + name + "\" is named twice");
    }
}

class Reader {
public:
    Reader(const std::string& file, uid_t owner, std::uint64_t largest, Mistakes& mistakes)
        : file_{file}, owner_{owner}, largest_{largest}, mistakes_{mistakes} {}

    // Nothing when there is a mistake in it.
    std::optional<DeclaredRegion> read() {
        const auto before = mistakes_.texts().size();
        for (const auto& section : read_ini(file_, mistakes_)) read_section(section);
        for (const char* key : {"Name", "Kind", "Size"})
            if (!lines_.contains(key))
                mistakes_.add(file_, region_line_, std::string{"[Region] has no "} + key + "=");
        if (mistakes_.texts().size() == before) finish();
        if (mistakes_.texts().size() != before) return std::nullopt;
        region_.file = file_;
        return std::move(region_);
    }

    [[nodiscard]] int name_line() const { return lines_.at("Name"); }

private:
    void read_section(const IniSection& section) {
        if (section.name == "Region") {
            region_line_ = section.line;
            choose_kind(section);
            each(section, [&](const auto& entry) { set(entry); });
        } else if (section.name == "Access") {
            access_line_ = section.line;
            each(section, [&](const auto& entry) { set_access(entry); });
        } else {
            mistakes_.add(file_, section.line, "there is no section [" + section.name + "]");
        }
    }

    // An empty value is as good as an absent line.
    template <class Set>
    void each(const IniSection& section, Set set) {
        for (const auto& entry : section.entries) {
            if (!entry.value.empty()) lines_[entry.key] = entry.line;
            mistakes_.note(file_, entry.line, [&] { set(entry); });
        }
    }

    // Before all else, wherever it stands: it says which keys there are.
    void choose_kind(const IniSection& section) {
        for (const auto& entry : section.entries)
            for (const auto kind : every_kind)
                if (entry.key == "Kind" && entry.value == to_string(kind))
                    region_.shape = bus::abi::default_shape(kind);
    }

    void set(const IniEntry& entry) {
        if (entry.key == "Kind") return check_kind(entry.value);
        if (entry.key == "Name") return set_name(entry.value);
        const auto key = std::ranges::find(keys, std::string_view{entry.key}, &Key::name);
        if (key == keys.end()) refuse("[Region] has no key \"" + entry.key + "\"");
        if ((key->kinds & bit_of(region_.shape.kind)) == 0)
            refuse("a region of kind " + std::string{to_string(region_.shape.kind)} +
                   " has no key \"" + entry.key + "\"");
        if (!entry.value.empty()) key->set(region_.shape, entry.value);
    }

    static void check_kind(const std::string& word) {
        if (!word.empty()) static_cast<void>(parse_word(word, every_kind));
    }

    void set_name(const std::string& name) {
        if (name.empty()) return;
        bus::abi::check_name(name);
        region_.name = name;
    }

    void set_access(const IniEntry& entry) {
        const auto& [line, key, value] = entry;
        if (key == "Owner")
            access_.owner = std::to_string(user_id(value));
        else if (key == "Group")
            access_.group = std::to_string(group_id(value));
        else if (key == "Mode")
            access_.mode = parse_mode(value);
        else if (key == "Users")
            add_named(users_, value, &user_id);
        else if (key == "Groups")
            add_named(groups_, value, &group_id);
        else
            refuse("[Access] has no key \"" + key + "\"");
    }

    // What can be judged only together.
    void finish() {
        try {
            static_cast<void>(bus::shm::derive_geometry(region_.shape, largest_));
        } catch (const bus::Error& error) {
            mistakes_.add(file_, line_of(error.what()), error.what());
        }
        mistakes_.note(file_, access_line_, [&] { resolve(); });
    }

    // The line of the option that an error begins with ("size: ...").
    [[nodiscard]] int line_of(std::string text) const {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
        const auto found = lines_.find(text.substr(0, text.find(':')));
        return found == lines_.end() ? region_line_ : found->second;
    }

    void resolve() {
        access_.users = users_;
        access_.groups = groups_;
        auto owned = AccessRule{.owner = owner_}.with({.owner = access_.owner});
        owned.group = primary_group(owned.owner).value_or(static_cast<gid_t>(-1));
        region_.access = owned.with(access_);
    }

    const std::string& file_;
    uid_t owner_;
    std::uint64_t largest_;
    Mistakes& mistakes_;
    DeclaredRegion region_;
    bus::AccessChange access_;
    bus::NamedRights users_;
    bus::NamedRights groups_;
    std::map<std::string, int> lines_;  // by key
    int region_line_ = 0;
    int access_line_ = 0;
};

// By file name; an earlier directory's hides a later one's, and as with systemd a link to /dev/null
// hides it with nothing.
std::vector<std::string> list_region_files(const std::vector<std::string>& directories,
                                           Mistakes& mistakes) {
    std::map<std::string, std::string> files;
    for (const auto& directory : directories)
        for (const auto& file : list_files(directory, ".region", mistakes))
            files.emplace(std::filesystem::path{file}.filename(), file);
    std::vector<std::string> paths;
    std::error_code unknown;  // then reading it says why
    for (const auto& path : files | std::views::values)
        if (!std::filesystem::is_character_file(path, unknown)) paths.push_back(path);
    return paths;
}

}  // namespace

std::vector<DeclaredRegion> read_region_files(const RegionFiles& files, std::uint64_t largest,
                                              Mistakes& mistakes) {
    std::vector<DeclaredRegion> regions;
    std::map<std::string, std::string> seen;  // the file of each name
    for (const auto& file : list_region_files(files.directories, mistakes)) {
        Reader reader{file, files.owner, largest, mistakes};
        auto region = reader.read();
        if (!region) continue;
        const auto [first, fresh] = seen.emplace(region->name, file);
        if (fresh)
            regions.push_back(std::move(*region));
        else
            mistakes.add(file, reader.name_line(),
                         region->name + " is declared in " + first->second + " already");
    }
    return regions;
}

std::vector<std::string> list_differences(const Shape& live, const Shape& declared) {
    if (live.kind != declared.kind) return {"Kind"};
    std::vector<std::string> names;
    for (const auto& key : keys)
        if ((key.kinds & bit_of(live.kind)) != 0 && key.differs(live, declared))
            names.emplace_back(key.name);
    return names;
}

}  // namespace shmbusd
