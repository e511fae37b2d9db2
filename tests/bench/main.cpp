// bus_bench: how fast the bus is, in ratios to what the machine could do at best.
//
//   bus_bench                       all rows, about four minutes
//   bus_bench --quick --only='one-way*'
//   bus_bench --list
//   bus_bench --json=results.json   JSON besides the table; --json alone: instead of it
//
// It needs nothing but dbus-daemon: it starts one on a socket of its own and shmbusd on that, forks
// two processes, pins each to a core, and ends all four. Each pass of a row stands between two runs
// of the bare ping-pong in the same two processes. On a virtual machine the host moves the cores:
// where the two differ by more than 25 %, the pass is repeated, and after eight passes the row is
// told as disturbed. Rows are grouped by how far apart the cores were; near and far are not to be
// compared.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <bus/connection.hpp>
#include <bus/error.hpp>

#include "allocations.hpp"
#include "bench/conductor.hpp"
#include "bench/private_bus.hpp"
#include "bench/troupe.hpp"
#include "options.hpp"
#include "report.hpp"
#include "rows.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

void wait_for_daemon(const std::string& address) {
    for (int tries = 0;; ++tries) {
        try {
            (void)bus::Connection::address(address).daemon_version();
            return;
        } catch (const bus::Error&) {
            if (tries == 200) throw;
        }
        std::this_thread::sleep_for(50ms);
    }
}

void show_progress(const Result& result) {
    if (::isatty(STDERR_FILENO) != 0) std::cerr << progress_text(result) << std::endl;
}

[[nodiscard]] int tell(const Options& options, const std::vector<Result>& results) {
    const Report report{results};
    if (options.json != "-") report.print_table(std::cout);
    if (options.json == "-") std::cout << report.json().dump(2) << std::endl;
    if (options.json && options.json != "-") {
        std::ofstream file{*options.json};
        file << report.json().dump(2) << '\n';
        if (!file.flush()) throw std::runtime_error{*options.json + ": cannot be written"};
    }
    std::cout.flush();
    return report.faulty() ? 1 : 0;
}

[[nodiscard]] int measure(const Options& options, const std::vector<Row>& rows) {
    const PrivateBus bus{options.daemon};
    const StageMapping stage;
    const auto [code, reason] = perform(*stage, options.cores, [&](Side side) {
        wait_for_daemon(bus.address());
        Partner partner{stage, side};
        Scene scene{partner,
                    {.cores = options.cores,
                     .address = bus.address(),
                     .tempo = options.tempo,
                     .allocations = allocations}};
        const auto results = Conductor{scene}.run(rows, show_progress);
        return scene.first() ? tell(options, results) : 0;
    });
    if (!reason.empty()) std::cerr << "bus_bench: " << reason << '\n';
    if (code != 0) std::cerr << bus.log();
    return code;
}

// One batch of one row between marks, for the tracer of another bench process.
[[nodiscard]] int run_counted(const Options& options) {
    const auto rows = matching(all_rows(), options.counted);
    const StageMapping stage;
    const auto [code, reason] = perform(*stage, options.cores, [&](Side side) {
        Partner partner{stage, side};
        Scene scene{partner,
                    {.cores = options.cores,
                     .address = options.address,
                     .tempo = options.tempo,
                     .counted = options.messages}};
        const auto figure = rows.at(0).enter(scene)->run();
        if (figure.faults != 0) throw std::runtime_error{options.counted + ": wrong content"};
        return 0;
    });
    if (!reason.empty()) std::cerr << "bus_bench: " << reason << '\n';
    return code;
}

[[nodiscard]] int run(int argc, char** argv) {
    const auto [options, exit_code] = parse_options(argc, argv);
    if (exit_code) return *exit_code;
    if (!options.counted.empty()) return run_counted(options);
    const auto rows = matching(all_rows(), options.only);
    if (rows.empty()) throw std::runtime_error{"--only=" + options.only + " matches no row"};
    if (!options.list) return measure(options, rows);
    for (const auto& row : rows) std::cout << row.name << '\n';
    return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    try {
        return bench::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "bus_bench: " << error.what() << '\n';
        return 1;
    }
}
