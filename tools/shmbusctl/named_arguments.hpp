// The options that give users and groups rights of their own in a region.
#pragma once

#include <bus/access.hpp>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ctl {

class NamedArguments {
public:
    /// Adds --user and --group-access, each as often as wanted.
    void declare(CLI::App& verb, const char* group, CLI::Option* needed = nullptr);

    [[nodiscard]] const bus::NamedRights& users() const noexcept { return users_; }
    [[nodiscard]] const bus::NamedRights& groups() const noexcept { return groups_; }

private:
    bus::NamedRights users_;
    bus::NamedRights groups_;
};

}  // namespace ctl
