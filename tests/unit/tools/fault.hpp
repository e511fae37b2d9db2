// The text of the Failure that something ends with.
#pragma once

#include <string>

#include "failure.hpp"

template <class Action>
std::string fault_of(Action action) {
    try {
        static_cast<void>(action());
    } catch (const ctl::Failure& failure) {
        return failure.what();
    }
    return "no failure";
}
