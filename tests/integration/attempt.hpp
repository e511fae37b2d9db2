// What became of a call, in one word or the reason, for an actor to tell its case.
#pragma once

#include <string>

#include <bus/error.hpp>

namespace integration {

// "done", "denied" (AccessDenied), or the text of any other refusal.
template <class Call>
[[nodiscard]] std::string attempt(Call call) {
    try {
        call();
        return "done";
    } catch (const bus::Error& error) {
        return error.errc() == bus::Errc::AccessDenied ? "denied" : error.what();
    }
}

// The text of the refusal, or "done".
template <class Call>
[[nodiscard]] std::string refusal_of(Call call) {
    try {
        call();
        return "done";
    } catch (const bus::Error& error) {
        return error.what();
    }
}

}  // namespace integration
