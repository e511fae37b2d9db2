#include "help.hpp"

#include <utility>

namespace ctl {
namespace {

constexpr std::size_t column = 26;  // where meanings begin
constexpr std::size_t screen = 80;

}  // namespace

Help::Help() {
    column_width(column);
    label("SUBCOMMAND", "VERB");
}

std::string Help::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
    // Both ends of a group of options have a blank line.
    auto text = CLI::Formatter::make_help(app, std::move(name), mode);
    return CLI::detail::find_and_replace(text, "\n\n\n", "\n\n");
}

std::string Help::make_option_opts(const CLI::Option* option) const {
    return option->get_type_name().empty() ? "" : "=" + option->get_type_name();
}

std::string Help::make_option_desc(const CLI::Option* option) const {
    return fold(option->get_description(), screen - column);
}

std::string fold(std::string_view text, std::size_t width) {
    std::string folded;
    while (text.size() > width) {
        auto blank = text.rfind(' ', width);
        if (blank == text.npos) blank = text.find(' ');
        if (blank == text.npos) break;
        folded += text.substr(0, blank);
        folded += '\n';
        text.remove_prefix(blank + 1);
    }
    folded += text;
    return folded;
}

}  // namespace ctl
