#include "campaign.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <utility>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include <bus/connection.hpp>
#include <bus/error.hpp>

#include "bench/broker.hpp"
#include "bench/child_process.hpp"
#include "bench/findings.hpp"
#include "bench/listener.hpp"
#include "failure.hpp"
#include "protection.hpp"

namespace ctl {
namespace {

namespace fs = std::filesystem;

// Beside this program in a build tree or in an installation, else where it was to be installed.
std::string find_daemon(const std::string& named) {
    if (!named.empty()) return named;
    const auto here = fs::read_symlink("/proc/self/exe").parent_path();
    for (const auto& candidate :
         {here / "../../daemon/shmbusd", here / "../sbin/shmbusd", fs::path{SHMBUSD_INSTALLED}})
        if (::access(candidate.c_str(), X_OK) == 0) return candidate.lexically_normal();
    throw Failure{"shmbusd", "not found beside this program; name it by --daemon"};
}

// How long items take, by and large: the share of each in the time that is left.
double weight_of(const std::string& item) {
    if (item.ends_with(" calls")) return 0.3;
    if (item.ends_with("8 MiB")) return 3;
    return item.ends_with("1 MiB") ? 1.5 : 1;
}

double weight_of(const std::vector<std::string>& items) {
    return std::accumulate(items.begin(), items.end(), 0.0,
                           [](double sum, const auto& item) { return sum + weight_of(item); });
}

std::vector<std::string> lines_of(const std::string& command) {
    std::vector<std::string> lines{""};
    std::FILE* pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) return {};
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += static_cast<char>(c);
    }
    ::pclose(pipe);
    lines.pop_back();
    return lines;
}

std::string shell_quoted(const std::string& text) {
    std::string quoted{'\''};
    for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string{c};
    return quoted + '\'';
}

}  // namespace

std::string plugins_beside() {
    const auto here = fs::read_symlink("/proc/self/exe").parent_path();
    const auto folder = (here / "../../tests/bench").lexically_normal();
    return fs::is_directory(folder) ? folder.string() : "";
}

std::vector<std::string> plugins_in(const std::string& folder) {
    std::vector<std::string> programs;
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator{folder, absent})
        if (entry.path().filename().string().starts_with("bench-") && entry.is_regular_file() &&
            ::access(entry.path().c_str(), X_OK) == 0)
            programs.push_back(entry.path());
    std::sort(programs.begin(), programs.end());
    return programs;
}

std::vector<std::string> items_of(const CampaignOptions& options) {
    std::vector<std::string> names;
    const auto transports = bench::transports();
    for (const auto& item : bench::items_of(transports, options.only)) names.push_back(item.name());
    for (const auto& program : plugins_in(options.plugins))
        for (auto& name :
             lines_of(shell_quoted(program) + " --list --only=" + shell_quoted(options.only)))
            names.push_back(std::move(name));
    return names;
}

Campaign::Campaign(CampaignOptions options)
    : options_{std::move(options)},
      transports_{bench::transports()},
      label_{fmt::format("shmbus-bench-{}", ::getpid())},
      left_{items_of(options_)} {
    all_ = weight_of(left_);
    if (left_.empty()) throw Failure{"--only=" + options_.only, "matches nothing; see --list"};
    if (!options_.address) bus_.emplace(find_daemon(options_.daemon));
}

Campaign::~Campaign() { clear(); }

// What is made here ends with its maker as a rule; when a run is stopped its makers are killed.
void Campaign::clear() const {
    for (const auto& transport : transports_)
        if (transport.clear) transport.clear(label_);
    if (!options_.address) return;  // the daemon ends with its regions
    for (const auto* end : {"/ping", "/pong", "/call"}) {
        try {
            bus::Connection::address(*options_.address).remove(label_ + end);
        } catch (const bus::Error&) {  // it is not there, as it should be
        }
    }
}

bench::Setting Campaign::setting() const {
    bench::Setting setting;
    setting.cores = options_.cores;
    setting.address = options_.address ? *options_.address : bus_->address();
    setting.tempo = options_.tempo;
    setting.label = label_;
    setting.folder = folder_ / "";
    setting.broker = bus_ ? bus_->bus_pid() : bench::broker_of(setting.address);
    return setting;
}

bool Campaign::run(Results& results, const Watcher& watcher) {
    watcher_ = watcher;
    const auto outcome = run_own(results);
    if (outcome.code != 0) {
        if (outcome.reason == "stopped") return false;
        throw Failure{"bench", outcome.reason.empty() ? "a process failed" : outcome.reason};
    }
    for (const auto& program : plugins_in(options_.plugins))
        if (!run_plugin(program, results)) return false;
    results.set_protection(try_protection(setting().address, label_));
    return true;
}

bench::Outcome Campaign::run_own(Results& results) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_failure("pipe2", errno);
    bench::Listener listener{{ends[0], "pipe2"}, [&](const std::string& item, const auto& found) {
                                 heard(item, found, results);
                             }};
    const bench::Descriptor out{ends[1], "pipe2"};
    bench::Comparison comparison;
    comparison.setting = setting();
    comparison.only = options_.only;
    comparison.counts = {"shmbusctl",
                         "bench",
                         "--address=" + comparison.setting.address,
                         fmt::format("--cores={},{}", options_.cores[0], options_.cores[1]),
                         "--label=" + label_,
                         "--folder=" + comparison.setting.folder};
    return bench::compare(transports_, comparison, out.get(), [&] {
        listener.listen();
        return watch();
    });
}

// It ends at the end of its results; what it says besides is told when it failed.
bool Campaign::run_plugin(const std::string& program, Results& results) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_failure("pipe2", errno);
    bench::Listener listener{{ends[0], "pipe2"}, [&](const std::string& item, const auto& found) {
                                 heard(item, found, results);
                             }};
    std::optional<bench::Descriptor> out{std::in_place, ends[1], "pipe2"};
    std::vector<std::string> words{
        program,
        fmt::format("--out={}", ends[1]),
        "--only=" + options_.only,
        fmt::format("--cores={},{}", options_.cores[0], options_.cores[1]),
        "--label=" + label_,
        "--folder=" + folder_ / ""};
    if (options_.tempo == bench::Tempo::Quick) words.push_back("--quick");
    if (const auto met = results.distances(); !met.empty())
        words.push_back(fmt::format("--wanted={}", name_of(met.front())));
    const auto log = folder_ / "plugin.log";
    const bench::ChildProcess process{words, log, ends[1]};
    out.reset();
    while (listener.listen()) {
        if (!watch()) return false;
        const ::timespec nap{0, 20'000'000};
        ::nanosleep(&nap, nullptr);
    }
    std::ifstream said{log};
    if (std::string reason; std::getline(said, reason)) throw Failure{program, reason};
    return true;
}

void Campaign::heard(const std::string& item, const std::vector<bench::Record>& found,
                     Results& results) {
    if (const auto at = std::find(left_.begin(), left_.end(), item); at != left_.end())
        left_.erase(at);
    for (const auto& record : found) results.add(record);
}

bool Campaign::watch() const {
    // Near the end rows are repeated that were met at another distance of the cores.
    const auto item = left_.empty() ? "again, at the same distance" : left_.front();
    return watcher_(1 - weight_of(left_) / all_, item);
}

}  // namespace ctl
