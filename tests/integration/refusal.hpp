// What a refused call must be: of one code, with a text of one line that names object and reason.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace integration {

// Checks that `call` throws bus::Error of this code whose text has all of `words` in one line.
template <class Call>
void check_refused(bus::Errc code, std::initializer_list<const char*> words, Call call) {
    try {
        call();
        FAIL_CHECK("nothing was refused");
    } catch (const bus::Error& error) {
        const std::string text = error.what();
        CAPTURE(text);
        CHECK(bus::make_error_code(error.errc()).message() == bus::make_error_code(code).message());
        CHECK(text.find('\n') == std::string::npos);
        for (const char* word : words) {
            CAPTURE(word);
            CHECK(text.find(word) != std::string::npos);
        }
    }
}

}  // namespace integration
