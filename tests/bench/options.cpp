#include "options.hpp"

#include <vector>

#include <CLI/CLI.hpp>

#include "bench/pinning.hpp"

namespace bench {

Parsed parse_options(int argc, char** argv) {
    Parsed parsed;
    auto& options = parsed.options;
    options.daemon = BENCH_DAEMON;
    std::vector<int> cores;
    std::string json;
    bool quick = false;

    CLI::App app{
        "Measures libbus between two pinned processes on a private bus, against one bare cache "
        "line "
        "bounced between the same two."};
    app.add_flag("--quick", quick, "a short run: fewer batches, one pass a row");
    app.add_option("--only", options.only, "only the rows whose name matches this glob");
    app.add_flag("--list", options.list, "the names of the rows");
    auto* wants_json =
        app.add_option("--json", json, "results as JSON to FILE, or instead of the table")
            ->expected(0, 1)
            ->type_name("FILE");
    app.add_option("--daemon", options.daemon, "shmbusd to start")->capture_default_str();
    app.add_option("--cores", cores, "the two cores; default: the first two allowed")
        ->delimiter(',')
        ->expected(2);
    app.add_option("--counted", options.counted)->group("");
    app.add_option("--messages", options.messages)->group("");
    app.add_option("--address", options.address)->group("");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error);
        return parsed;
    }
    if (quick) options.tempo = Tempo::Quick;
    if (wants_json->count() > 0) options.json = json.empty() ? "-" : json;
    if (cores.empty() && !options.list)
        options.cores = first_two_cores();
    else if (!cores.empty())
        options.cores = {cores[0], cores[1]};
    return parsed;
}

}  // namespace bench
