// Turns a failed system call into an Error that names the object, the call and the reason.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <bus/error.hpp>

namespace bus::base {

[[noreturn]] inline void fail(std::string_view object, std::string_view call, int number = errno) {
    const auto code = number == ENOMEM || number == ENOSPC ? Errc::OutOfMemory : Errc::SystemError;
    throw Error{code,
                std::string{object} + ": " + std::string{call} + ": " + std::strerror(number)};
}

// Passes a result on, or fails when it is negative.
template <class Result>
Result check(Result result, std::string_view object, std::string_view call) {
    if (result < 0) fail(object, call);
    return result;
}

}  // namespace bus::base
