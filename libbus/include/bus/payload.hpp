// What may travel through a region as a typed payload, and by what name both ends know its type.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace [[gnu::visibility("default")]] bus {

/// A type whose bytes mean the same in every process: trivially copyable, no references. Pointers
/// inside it compile, and are meaningless on the other side.
template <class T>
concept Payload = std::is_trivially_copyable_v<T> && std::is_object_v<T> && !std::is_pointer_v<T> &&
                  !std::is_const_v<T> && !std::is_volatile_v<T>;

/// The name under which both ends know a payload type; compared for equality at attach. The default
/// is the type's name as the compiler spells it, which GCC and Clang agree on for ordinary classes.
/// Specialise it, or give the type a static `bus_type_name`, to fix a name across languages.
template <Payload T>
[[nodiscard]] constexpr std::string_view type_name() noexcept {
    if constexpr (requires { std::string_view{T::bus_type_name}; }) {
        return T::bus_type_name;
    } else {
        // "... type_name() [with T = Pose; std::string_view = ...]" by GCC, "[T = Pose]" by Clang.
        std::string_view name = __PRETTY_FUNCTION__;
        name.remove_prefix(name.find("T = ") + 4);
        return name.substr(0, name.find_first_of(";]"));
    }
}

/// The name under which both ends of a service know what it takes and what it gives: "In", where
/// both are the same, or "In -> Out".
template <Payload In, Payload Out>
[[nodiscard]] std::string service_type_name() {
    std::string name{type_name<In>()};
    if constexpr (!std::is_same_v<In, Out>) name.append(" -> ").append(type_name<Out>());
    return name;
}

}  // namespace bus
