#include "comparison.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <fnmatch.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "call_tracer.hpp"
#include "conductor.hpp"
#include "findings.hpp"
#include "size_text.hpp"
#include "statistics.hpp"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

[[nodiscard]] bool chosen(const std::string& glob, const Item& item) {
    return ::fnmatch(glob.c_str(), item.name().c_str(), 0) == 0 ||
           ::fnmatch(glob.c_str(), item.transport->name.c_str(), 0) == 0;
}

// Messages of a counted loop: a tracer stops both processes at each of their calls, and large
// messages take thousands of these.
[[nodiscard]] std::uint64_t counted_messages(std::size_t size) {
    if (size < 128 << 10) return 64;
    return size < 1 << 20 ? 16 : 4;
}

[[nodiscard]] Record record_of(const Item& item, const Finding& finding) {
    Record record;
    record.transport = item.transport->name;
    record.model = item.transport->model;
    record.size = item.size;
    record.distance = finding.distance;
    record.disturbed = finding.disturbed;
    record.bare = finding.bare;
    record.faults = finding.faults;
    if (item.part == Item::Part::SetUp) {
        record.set_up = finding.value;
        return record;
    }
    record.one_way = finding.value;
    record.low = finding.low;
    record.high = finding.high;
    record.p99 = finding.p99;
    record.p999 = finding.p999;
    record.rate = finding.rate;
    record.cpu = finding.cpu;
    return record;
}

void tell(int out, const std::string& item, const std::vector<Record>& found) {
    Json line{{"item", item}, {"found", Json::array()}};
    for (const auto& record : found) line["found"].push_back(json_of(record));
    auto text = line.dump() + '\n';
    for (std::string_view rest = text; !rest.empty();) {
        const auto done = ::write(out, rest.data(), rest.size());
        if (done < 0 && errno != EINTR)
            throw std::system_error{errno, std::system_category(), "results"};
        if (done > 0) rest.remove_prefix(static_cast<std::size_t>(done));
    }
}

// One side's way through all items. What is found goes, a line of JSON an item, into a pipe to the
// process that watches.
class Player {
public:
    Player(Scene& scene, const Comparison& comparison, const std::vector<Item>& items, int out)
        : scene_{scene}, comparison_{comparison}, items_{items}, out_{out} {
        for (const auto& item : items)
            rows_.push_back({.name = item.name(), .enter = [&item](Scene& stage) {
                                 return item.part == Item::Part::SetUp
                                            ? item.transport->set_up(stage)
                                            : item.transport->carry(stage, item.size);
                             }});
    }

    int run() {
        const double start = now();
        for (std::size_t i = 0; i < items_.size(); ++i) play(i, comparison_.wanted);
        complete(now() + (now() - start) / 3);
        return 0;
    }

private:
    void play(std::size_t index, std::optional<Distance> wanted) {
        const auto& item = items_[index];
        if (item.part == Item::Part::Calls) return count(item);
        (void)Conductor{scene_, wanted}.run({rows_[index]}, [&](const Result& result) {
            std::vector<Record> found;
            for (const auto& finding : findings_of({result})) {
                found.push_back(record_of(item, finding));
                if (!finding.disturbed && finding.distance)
                    met_.push_back({index, *finding.distance});
            }
            tell(item, found);
        });
    }

    // Figures of two distances are not to be compared: what was not met at the commonest one is
    // tried again there, while there is time.
    void complete(double until) {
        auto& partner = scene_.partner();
        const auto commonest = partner.agree(static_cast<std::uint64_t>(this->commonest()));
        const auto distance = static_cast<Distance>(commonest);
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (items_[i].part == Item::Part::Calls) continue;
            const bool lacks =
                std::find(met_.begin(), met_.end(), std::pair{i, distance}) == met_.end();
            if (partner.agree(lacks && now() < until) != 0) play(i, distance);
        }
    }

    [[nodiscard]] Distance commonest() const {
        if (comparison_.wanted) return *comparison_.wanted;
        std::array<std::size_t, 3> met{};
        for (const auto& [index, distance] : met_) ++met[static_cast<std::size_t>(distance)];
        return static_cast<Distance>(std::max_element(met.begin(), met.end()) - met.begin());
    }

    // Both sides' calls in two further processes; this one's sides sleep meanwhile.
    void count(const Item& item) {
        scene_.partner().announce(item.name());
        if (scene_.first()) {
            Record record;
            record.transport = item.transport->name;
            record.model = item.transport->model;
            record.size = item.size;
            try {
                count(item, record);
            } catch (const std::system_error& error) {
                record.note = std::string{"calls not counted: "} + error.what();
            }
            tell(item, {record});
        }
        scene_.partner().meet();
    }

    void count(const Item& item, Record& record) const {
        const auto messages = counted_messages(item.size);
        auto words = comparison_.counts;
        words.push_back("--counted=" + item.name());
        words.push_back("--messages=" + std::to_string(messages));
        const auto loops = count_marked_calls(words, scene_.broker());
        // What twice as many make more; a stray call of the scheduler's is no call of a message.
        const auto each = [&](std::uint64_t once, std::uint64_t twice) {
            return std::max(0.0, static_cast<double>(twice) - static_cast<double>(once)) /
                   static_cast<double>(messages);
        };
        const auto pair = [&](std::size_t at) {
            return CallCount{each(loops.at(at).own, loops.at(at + 1).own),
                             each(loops.at(at).bystander, loops.at(at + 1).bystander)};
        };
        record.calls = pair(0);
        record.stream_calls = pair(2);
    }

    void tell(const Item& item, const std::vector<Record>& found) const {
        bench::tell(out_, item.name(), found);
    }

    Scene& scene_;
    const Comparison& comparison_;
    const std::vector<Item>& items_;
    int out_;
    std::vector<Row> rows_;
    std::vector<std::pair<std::size_t, Distance>> met_;  // on the first side
};

}  // namespace

std::string Item::name() const {
    switch (part) {
        case Part::Carry:
            return transport->name + " " + size_text(size);
        case Part::Calls:
            return transport->name + " " + size_text(size) + " calls";
        case Part::SetUp:
            return transport->name + " set-up";
    }
    return {};
}

std::vector<Item> items_of(const std::vector<Transport>& transports, const std::string& only) {
    std::vector<Item> items;
    const auto add = [&](const Item& item) {
        if (chosen(only, item)) items.push_back(item);
    };
    // What carries nothing cannot be set up.
    for (const auto& transport : transports)
        if (transport.refusal(compared_sizes[0]).empty()) add({Item::Part::SetUp, &transport, 0});
    for (const auto size : compared_sizes)
        for (const auto part : {Item::Part::Carry, Item::Part::Calls})
            for (const auto& transport : transports)
                if (transport.refusal(size).empty()) add({part, &transport, size});
    return items;
}

std::vector<Record> refusals_of(const std::vector<Transport>& transports, const std::string& only) {
    std::vector<Record> refusals;
    for (const auto size : compared_sizes) {
        for (const auto& transport : transports) {
            if (!chosen(only, {Item::Part::Carry, &transport, size})) continue;
            auto& record = refusals.emplace_back();
            record.transport = transport.name;
            record.model = transport.model;
            record.size = size;
            record.note = transport.refusal(size);
            if (record.note.empty()) refusals.pop_back();
        }
    }
    return refusals;
}

Outcome compare(const std::vector<Transport>& transports, const Comparison& comparison, int out,
                const Meanwhile& meanwhile) {
    const auto items = items_of(transports, comparison.only);
    if (const auto refusals = refusals_of(transports, comparison.only); !refusals.empty())
        tell(out, "refusals", refusals);
    if (items.empty()) return {};
    const StageMapping stage;
    const auto play = [&](Side side) {
        Partner partner{stage, side};
        Scene scene{partner, comparison.setting};
        return Player{scene, comparison, items, out}.run();
    };
    return perform(*stage, comparison.setting.cores, play, meanwhile);
}

Outcome play_counted(const std::vector<Transport>& transports, const Comparison& comparison) {
    const auto items = items_of(transports, comparison.only);
    const StageMapping stage;
    return perform(*stage, comparison.setting.cores, [&](Side side) {
        Partner partner{stage, side};
        Scene scene{partner, comparison.setting};
        const auto& item = items.at(0);
        return item.transport->carry(scene, item.size)->run().faults == 0 ? 0 : 1;
    });
}

}  // namespace bench
