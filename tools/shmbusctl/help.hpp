// How --help looks: "--size=BYTES" and what it means, folded at 80 columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

namespace ctl {

class Help final : public CLI::Formatter {
public:
    Help();
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
    std::string make_option_opts(const CLI::Option* option) const override;
    std::string make_option_desc(const CLI::Option* option) const override;
};

/// `text` with newlines for blanks, so that no line is longer than `width` where its words allow.
[[nodiscard]] std::string fold(std::string_view text, std::size_t width);

}  // namespace ctl
