// One run of the bench: the bus it runs on, the two processes, the plug-ins for transports of other
// libraries, and who watches.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/comparison.hpp"
#include "bench/directory.hpp"
#include "bench/private_bus.hpp"
#include "results.hpp"

namespace ctl {

struct CampaignOptions {
    std::string only = "*";
    bench::Tempo tempo = bench::Tempo::Full;
    std::array<int, 2> cores{};
    std::optional<std::string> address;  ///< of a running bus; else one of its own
    std::string daemon;                  ///< shmbusd for a bus of its own; empty: found
    std::string plugins;                 ///< their folder; empty: none
};

/// Where plug-ins are in a build tree, seen from this program; empty when it runs from elsewhere.
[[nodiscard]] std::string plugins_beside();
/// The programs in a folder that measure further transports ("bench-zeromq").
[[nodiscard]] std::vector<std::string> plugins_in(const std::string& folder);
/// What a run would measure, by name, plug-ins included.
[[nodiscard]] std::vector<std::string> items_of(const CampaignOptions& options);

class Campaign {
public:
    /// Called all the time: the share that is done (0 to 1), and what is being measured; false
    /// stops the run.
    using Watcher = std::function<bool(double done, const std::string& item)>;

    /// Starts a bus and a daemon, unless one is named. Throws Failure, std::system_error.
    explicit Campaign(CampaignOptions options);
    Campaign(const Campaign&) = delete;
    Campaign& operator=(const Campaign&) = delete;
    /// Takes away whatever is left, also after a run that was stopped.
    ~Campaign();

    /// Measures everything. False when it was stopped. Throws Failure.
    [[nodiscard]] bool run(Results& results, const Watcher& watcher);

private:
    [[nodiscard]] bench::Setting setting() const;
    [[nodiscard]] bench::Outcome run_own(Results& results);
    [[nodiscard]] bool run_plugin(const std::string& program, Results& results);
    void heard(const std::string& item, const std::vector<bench::Record>& found, Results& results);
    [[nodiscard]] bool watch() const;
    void clear() const;

    CampaignOptions options_;
    std::vector<bench::Transport> transports_;
    bench::Directory folder_;
    std::optional<bench::PrivateBus> bus_;
    std::string label_;
    std::vector<std::string> left_;  // items that are still to come
    double all_ = 0;                 // their weight in the beginning
    Watcher watcher_;
};

}  // namespace ctl
