#include "plugin.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "bench/comparison.hpp"
#include "bench/findings.hpp"

namespace bench {
namespace {

struct Options {
    Comparison comparison;
    std::string counted;
    bool list = false;
    int out = -1;
};

[[nodiscard]] std::optional<Distance> distance_named(const std::string& name) {
    for (const auto distance : {Distance::Near, Distance::Between, Distance::Far})
        if (name == name_of(distance)) return distance;
    return {};
}

[[nodiscard]] Options parse(int argc, char** argv, const std::string& name) {
    Options options;
    auto& setting = options.comparison.setting;
    std::vector<int> cores;
    std::string wanted;
    bool quick = false;
    CLI::App app{"Measures transports for shmbusctl bench.", name};
    app.add_option("--only", options.comparison.only);
    app.add_flag("--list", options.list);
    app.add_flag("--quick", quick);
    app.add_option("--wanted", wanted);
    app.add_option("--cores", cores)->delimiter(',')->expected(2);
    app.add_option("--label", setting.label);
    app.add_option("--folder", setting.folder);
    app.add_option("--out", options.out);
    app.add_option("--counted", options.counted);
    app.add_option("--messages", setting.counted);
    app.parse(argc, argv);
    if (!cores.empty()) setting.cores = {cores[0], cores[1]};
    if (quick) setting.tempo = Tempo::Quick;
    options.comparison.wanted = distance_named(wanted);
    options.comparison.counts = {
        name,
        "--cores=" + std::to_string(setting.cores[0]) + "," + std::to_string(setting.cores[1]),
        "--label=" + setting.label, "--folder=" + setting.folder};
    return options;
}

[[nodiscard]] int play(Options options, const std::vector<Transport>& transports) {
    if (options.list) {
        for (const auto& item : items_of(transports, options.comparison.only))
            std::cout << item.name() << '\n';
        return 0;
    }
    if (!options.counted.empty()) options.comparison.only = options.counted;
    const auto [code, reason] = options.counted.empty()
                                    ? compare(transports, options.comparison, options.out)
                                    : play_counted(transports, options.comparison);
    if (!reason.empty()) std::cerr << reason << '\n';
    return code;
}

}  // namespace

int play_plugin(int argc, char** argv, const std::string& name,
                const std::vector<Transport>& transports) {
    try {
        return play(parse(argc, argv, name), transports);
    } catch (const std::exception& error) {
        std::cerr << name << ": " << error.what() << '\n';
        return 1;
    }
}

}  // namespace bench
