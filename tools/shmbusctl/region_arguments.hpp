// The options that say what a region is to be: those of create, and of pub and serve --create.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <bus/connection.hpp>
#include <bus/region.hpp>

#include "named_arguments.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ctl {

class RegionArguments {
public:
    /// Adds --size, a number of bytes that each verb explains in its own words.
    CLI::Option* declare_size(CLI::App& verb, const char* meaning);
    /// Adds --kind and the options of every kind.
    void declare_all(CLI::App& verb);
    /// Adds those of a topic alone; each is refused without `needed`.
    void declare_topic(CLI::App& verb, CLI::Option* needed);

    /// Adds those of a service alone; each is refused without `needed`.
    void declare_service(CLI::App& verb, CLI::Option* needed);

    [[nodiscard]] bus::TopicOptions topic() const;
    [[nodiscard]] bus::ServiceOptions service() const;
    /// Creates the region that is asked for. Throws Failure for an option of another kind,
    /// bus::Error.
    void create(bus::Connection connection, const std::string& name) const;

private:
    class Group;
    using Kinds = std::vector<bus::Kind>;
    // An option, and the kinds that have it.
    struct Owned {
        CLI::Option* option;
        Kinds kinds;
    };

    void declare_kind(Group group);
    void declare_alignment(Group group, const char* meaning);
    void declare_of_topic(Group group);
    void declare_of_service(Group group);
    void declare_of_raw(Group group);
    void declare_shared(Group group);
    void check_kinds() const;
    template <class Options>
    [[nodiscard]] Options with_shared(Options options) const;

    bus::Kind kind_ = bus::Kind::Topic;
    bus::TopicOptions topic_;  // and what all kinds have in common
    bus::ServiceOptions service_;
    bus::RawOptions raw_;
    NamedArguments named_;
    std::vector<Owned> owned_;
};

}  // namespace ctl
