// The options that say what a topic is to be: those of create, and of pub --create.
#pragma once

#include <bus/region.hpp>

#include "named_arguments.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ctl {

class TopicArguments {
public:
    /// Adds --size, a number of bytes that each verb explains in its own words.
    CLI::Option* declare_size(CLI::App& verb, const char* meaning);
    /// Adds all others; with `needed`, each is refused without that option.
    void declare_rest(CLI::App& verb, CLI::Option* needed = nullptr);

    [[nodiscard]] bus::TopicOptions topic() const;

private:
    NamedArguments named_;
    bus::TopicOptions topic_;
};

}  // namespace ctl
