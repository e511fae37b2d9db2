#define DOCTEST_CONFIG_IMPLEMENT
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <doctest/doctest.h>

#include "options.hpp"
#include "victim.hpp"

namespace adversity {
namespace {

Options chosen;

// Takes "--name=N"; false when the word is another one.
bool take(std::string_view word, std::string_view name, std::optional<std::uint64_t>& value) {
    if (!word.starts_with(name)) return false;
    word.remove_prefix(name.size());
    std::uint64_t number = 0;
    const auto* end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc{} || rest != end) {
        std::fprintf(stderr, "%.*s takes a number\n", static_cast<int>(name.size()), name.data());
        std::exit(2);
    }
    value = number;
    return true;
}

void read(int count, char** words) {
    for (int i = 1; i < count; ++i)
        if (words[i] == std::string_view{"--all"})
            chosen.all = true;
        else if (!take(words[i], "--kills=", chosen.kills) &&
                 !take(words[i], "--mutations=", chosen.mutations))
            take(words[i], "--seed=", chosen.seed);
}

}  // namespace

const Options& options() noexcept { return chosen; }

}  // namespace adversity

int main(int count, char** words) {
    adversity::bind_all_symbols(words);
    adversity::read(count, words);
    return doctest::Context{count, words}.run();
}
