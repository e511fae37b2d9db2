// Why a server refused a request, where the library says it for the server.
#pragma once

#include <cstdint>

namespace [[gnu::visibility("default")]] bus {

/// Codes from here on are the library's; below, they mean what server and client agreed on.
inline constexpr std::uint32_t first_refusal_of_library = 0xffff'ff00;
/// The server let go of the request without an answer.
inline constexpr std::uint32_t refused_unanswered = 0xffff'ff00;
/// The server's response was larger than the service's largest.
inline constexpr std::uint32_t refused_too_large = 0xffff'ff01;
/// What came, to the server or to the client, is not of the size of the type it is said to be of.
inline constexpr std::uint32_t refused_wrong_size = 0xffff'ff02;

}  // namespace bus
