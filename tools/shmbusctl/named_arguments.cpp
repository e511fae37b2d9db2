#include "named_arguments.hpp"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "words.hpp"

namespace ctl {

void NamedArguments::declare(CLI::App& verb, const char* group, CLI::Option* needed) {
    const auto add = [&](const char* name, bus::NamedRights& into, const char* meaning) {
        const auto take = [name, &into](const std::vector<std::string>& words) {
            for (const auto& word : words) {
                const auto [who, rights] = parse_named(name, word);
                into[who] = rights;
            }
        };
        auto* option = verb.add_option_function<std::vector<std::string>>(name, take, meaning);
        option->type_name("NAME:RIGHTS")
            ->group(group)
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        if (needed != nullptr) option->needs(needed);
    };
    add("--user", users_, "A user with rights of its own: r, w, rw or - (nothing)");
    add("--group-access", groups_, "A group with rights of its own");
}

}  // namespace ctl
