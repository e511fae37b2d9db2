#include "wire/access.hpp"

#include <bus/error.hpp>

namespace bus::wire {
namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& reason) {
    throw Error{Errc::InvalidArgument, key + ": " + reason};
}

Rights right_from(const std::string& key, std::uint32_t bits) {
    for (const auto rights : {Rights::None, Rights::Write, Rights::Read, Rights::ReadWrite})
        if (static_cast<std::uint32_t>(rights) == bits) return rights;
    refuse(key, std::to_string(bits) + " is not a sum of 4 (read) and 2 (write)");
}

::mode_t mode_from(const std::string& key, const sdbus::Variant& value) {
    const auto number = number_from(key, value);
    if (number > 0777) refuse(key, "it has bits beyond 0777");
    return static_cast<::mode_t>(number);
}

}  // namespace

std::string account_from(const std::string& key, const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    return type == "s" ? value.get<std::string>() : std::to_string(number_from(key, value));
}

NamedRights named_rights_from(const std::string& key, const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    if (type != "a{su}") refuse(key, "its D-Bus type is \"" + type + "\", not \"a{su}\"");
    NamedRights rights;
    for (const auto& [name, bits] : value.get<NamedBits>()) rights[name] = right_from(key, bits);
    return rights;
}

sdbus::Variant variant_from(const NamedRights& rights) {
    NamedBits bits;
    for (const auto& [name, right] : rights) bits[name] = static_cast<std::uint32_t>(right);
    return sdbus::Variant{bits};
}

AccessChange access_change_from(const Dictionary& dictionary) {
    AccessChange change;
    for (const auto& [key, value] : dictionary) {
        if (key == "owner")
            change.owner = account_from(key, value);
        else if (key == "group")
            change.group = account_from(key, value);
        else if (key == "mode")
            change.mode = mode_from(key, value);
        else if (key == "users")
            change.users = named_rights_from(key, value);
        else if (key == "groups")
            change.groups = named_rights_from(key, value);
        else
            refuse(key, "access has no such part");
    }
    return change;
}

Dictionary dictionary_from(const AccessChange& change) {
    Dictionary dictionary;
    if (change.owner) dictionary["owner"] = sdbus::Variant{*change.owner};
    if (change.group) dictionary["group"] = sdbus::Variant{*change.group};
    if (change.mode) dictionary["mode"] = sdbus::Variant{std::uint32_t{*change.mode}};
    if (change.users) dictionary["users"] = variant_from(*change.users);
    if (change.groups) dictionary["groups"] = variant_from(*change.groups);
    return dictionary;
}

NumberedBits bits_from(const std::map<std::uint32_t, Rights>& rights) {
    NumberedBits bits;
    for (const auto& [id, right] : rights) bits[id] = static_cast<std::uint32_t>(right);
    return bits;
}

std::map<std::uint32_t, Rights> rights_from(const NumberedBits& bits) {
    std::map<std::uint32_t, Rights> rights;
    for (const auto& [id, value] : bits) rights[id] = right_from(std::to_string(id), value);
    return rights;
}

}  // namespace bus::wire
