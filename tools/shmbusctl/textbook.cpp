#include "textbook.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "bench/findings.hpp"
#include "bench/size_text.hpp"
#include "figure_text.hpp"
#include "quantity.hpp"
#include "table.hpp"

namespace ctl {
namespace {

using bench::Distance;
using bench::Model;
using bench::Record;

constexpr std::string_view spinning = "topic, spinning";
constexpr std::string_view sleeping = "topic, sleeping";
constexpr std::string_view broker = "D-Bus";

std::string named(const Record& record, const std::string& figure) {
    return fmt::format("{} {}", record.transport, figure);
}

// One side of the comparison at one size: who is best there by some figure.
class Field {
public:
    Field(const Results& results, Distance distance) : results_{results}, distance_{distance} {}

    enum class Wanted { Least, Most };
    [[nodiscard]] const Record* best(Model model, std::uint64_t size,
                                     std::optional<double> Record::*figure, Wanted wanted) const {
        const Record* best = nullptr;
        for (const auto& name : results_.transports()) {
            const auto* record = results_.carried(name, size, distance_);
            if (record == nullptr || record->model != model || !(record->*figure)) continue;
            const bool better = best == nullptr ||
                                (wanted == Wanted::Least ? *(record->*figure) < *(best->*figure)
                                                         : *(record->*figure) > *(best->*figure));
            if (better) best = record;
        }
        return best;
    }

    [[nodiscard]] const Record* carried(std::string_view name, std::uint64_t size) const {
        return results_.carried(name, size, distance_);
    }
    [[nodiscard]] const Record* set_up(std::string_view name) const {
        return results_.set_up(name, distance_);
    }
    [[nodiscard]] const Results& results() const noexcept { return results_; }
    [[nodiscard]] Distance distance() const noexcept { return distance_; }

private:
    const Results& results_;
    Distance distance_;
};

std::string verdict(double memory, double messages) {
    return memory <= messages ? fmt::format("memory, {} faster", ratio_text(messages / memory))
                              : fmt::format("messages, {} faster", ratio_text(memory / messages));
}

void add_speed(Table& table, const Field& field, std::uint64_t size) {
    using Wanted = Field::Wanted;
    const auto* memory = field.best(Model::SharedMemory, size, &Record::one_way, Wanted::Least);
    const auto* messages = field.best(Model::MessagePassing, size, &Record::one_way, Wanted::Least);
    if (memory == nullptr || messages == nullptr) return;
    auto other = named(*messages, time_text(messages->one_way));
    const auto* dbus = field.carried(broker, size);
    if (dbus != nullptr && dbus != messages)
        other += fmt::format(", {}", named(*dbus, time_text(dbus->one_way)));
    table.add({"Speed, " + bench::size_text(size) + " one way",
               named(*memory, time_text(memory->one_way)), other,
               verdict(*memory->one_way, *messages->one_way)});
}

// Without burning a core: who waits sleeps, as with every message of the kernel's.
void add_sleeping_speed(Table& table, const Field& field, std::uint64_t size) {
    const auto* memory = field.carried(sleeping, size);
    const auto* messages =
        field.best(Model::MessagePassing, size, &Record::one_way, Field::Wanted::Least);
    if (memory == nullptr || messages == nullptr) return;
    table.add({"The same, reader asleep", named(*memory, time_text(memory->one_way)),
               named(*messages, time_text(messages->one_way)),
               verdict(*memory->one_way, *messages->one_way)});
}

std::string bytes_text(const Record& record) {
    return format_decimal(*record.rate * static_cast<double>(record.size)) + "B/s";
}

void add_data(Table& table, const Field& field, std::uint64_t size) {
    using Wanted = Field::Wanted;
    const auto* memory = field.best(Model::SharedMemory, size, &Record::rate, Wanted::Most);
    const auto* messages = field.best(Model::MessagePassing, size, &Record::rate, Wanted::Most);
    if (memory == nullptr || messages == nullptr) return;
    const auto cell = [](const Record& record) {
        return named(record,
                     fmt::format("{}/s, {}", format_decimal(*record.rate), bytes_text(record)));
    };
    table.add({"Data, stream of " + bench::size_text(size), cell(*memory), cell(*messages),
               verdict(1 / *memory->rate, 1 / *messages->rate)});
}

void add_largest(Table& table, const Field& field) {
    const auto largest = [&](Model model) {
        std::string text;
        for (const auto& name : field.results().transports()) {
            std::uint64_t most = 0;
            for (const auto size : field.results().sizes())
                if (const auto* record = field.carried(name, size))
                    if (record->model == model) most = size;
            if (most != 0 && most != field.results().sizes().back())
                text += fmt::format("{}{} to {}", text.empty() ? "" : ", ", name,
                                    bench::size_text(most));
        }
        return text.empty() ? "all carried every size" : text;
    };
    table.add({"Data size, largest here", largest(Model::SharedMemory),
               largest(Model::MessagePassing), ""});
}

void add_kernel(Table& table, const Field& field, std::uint64_t size) {
    const auto cell = [&](Model model) {
        std::string text;
        for (const auto& name : field.results().transports()) {
            const auto* record = field.results().counted(name, size);
            if (record == nullptr || record->model != model) continue;
            text +=
                fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_text(record->calls));
        }
        return text;
    };
    const auto memory = cell(Model::SharedMemory);
    const auto messages = cell(Model::MessagePassing);
    if (!memory.empty() || !messages.empty())
        table.add({"Kernel, calls a message, " + bench::size_text(size), memory, messages, ""});
}

void add_processor(Table& table, const Field& field, std::uint64_t size) {
    using Wanted = Field::Wanted;
    const auto* memory = field.best(Model::SharedMemory, size, &Record::cpu, Wanted::Least);
    const auto* messages = field.best(Model::MessagePassing, size, &Record::cpu, Wanted::Least);
    if (memory == nullptr || messages == nullptr) return;
    table.add({"CPU, stream of " + bench::size_text(size), named(*memory, time_text(memory->cpu)),
               named(*messages, time_text(messages->cpu)),
               fmt::format("{}", verdict(*memory->cpu, *messages->cpu))});
}

// What the dearer set-up costs more is had back, message by message.
std::string had_back(const Field& field, const Record& memory, const Record& messages) {
    const auto* fast = field.carried(memory.transport, 32);
    const auto* slow = field.carried(messages.transport, 32);
    if (fast == nullptr || slow == nullptr || slow->one_way <= fast->one_way) return "";
    const double more = *memory.set_up - *messages.set_up;
    if (more <= 0) return "memory";
    return fmt::format("messages; had back after {:.0f} of 32 B",
                       more / (*slow->one_way - *fast->one_way));
}

void add_set_up(Table& table, const Field& field) {
    const auto* memory = field.set_up(spinning);
    const Record* messages = nullptr;
    for (const auto& name : field.results().transports())
        if (const auto* record = field.set_up(name))
            if (record->model == Model::MessagePassing &&
                (messages == nullptr || record->set_up < messages->set_up))
                messages = record;
    if (memory == nullptr || messages == nullptr) return;
    auto other = named(*messages, time_text(messages->set_up));
    if (const auto* dbus = field.set_up(broker); dbus != nullptr && dbus != messages)
        other += fmt::format(", {}", named(*dbus, time_text(dbus->set_up)));
    table.add({"Set-up, to the first message",
               fmt::format("topic with daemon {}", time_text(memory->set_up)), other,
               had_back(field, *memory, *messages)});
}

void add_synchronisation(Table& table, const Field& field) {
    const auto* topic = field.carried(spinning, 32);
    if (topic == nullptr) return;
    auto memory =
        fmt::format("topic's own, {}", time_text(std::max(0.0, *topic->one_way - topic->bare)));
    if (const auto& lock = field.results().protection().lock_ns)
        memory += fmt::format("; raw region's lock, {}", time_text(*lock));
    table.add({"Synchronisation", memory, "the kernel's, within its calls", ""});
}

void add_safety(Table& table, const Field& field) {
    std::string memory{"no wrong payload"};
    if (field.results().faults() > 0) memory = counted(field.results().faults(), "wrong payload");
    const auto& refusal = field.results().protection().refusal;
    if (!refusal.empty()) memory += fmt::format("; to write as reader: {}", refusal);
    table.add({"Safety", memory, "each has a copy of its own", ""});
}

std::string crossing_text(const Results& results, std::string_view memory,
                          std::string_view messages, Distance distance) {
    const auto crossing = crossing_of(results, memory, messages, distance);
    if (!crossing) return "";
    std::string text = fmt::format("{} against {}: ", memory, messages);
    if (crossing->sizes.empty())
        return text + (crossing->first_is_faster ? "faster" : "slower") + " at every size.\n";
    bool faster = crossing->first_is_faster;
    text += faster ? "faster" : "slower";
    for (const auto size : crossing->sizes) {
        faster = !faster;
        text +=
            fmt::format(", {} from {} on", faster ? "faster" : "slower", bench::size_text(size));
    }
    return text + ".\n";
}

// What spins is faster than all of them as a rule, so a line for each would say little.
std::string crossings_text(const Results& results, Distance distance) {
    std::string text;
    for (const auto memory : {spinning, sleeping}) {
        std::string everywhere;
        for (const auto& name : results.transports()) {
            const auto crossing = crossing_of(results, memory, name, distance);
            if (!crossing || name.starts_with("topic") || name.starts_with("service")) continue;
            if (crossing->first_is_faster && crossing->sizes.empty())
                everywhere += (everywhere.empty() ? "" : ", ") + name;
            else
                text += crossing_text(results, memory, name, distance);
        }
        if (!everywhere.empty())
            text += fmt::format("{}: faster at every size than {}.\n", memory, everywhere);
    }
    return text.empty() ? "" : "Where they cross, one way:\n" + text;
}

}  // namespace

std::optional<Crossing> crossing_of(const Results& results, std::string_view first,
                                    std::string_view second, Distance distance) {
    std::optional<Crossing> crossing;
    bool faster = false;
    for (const auto size : results.sizes()) {
        const auto* one = results.carried(first, size, distance);
        const auto* two = results.carried(second, size, distance);
        if (one == nullptr || two == nullptr) continue;
        const bool now = *one->one_way <= *two->one_way;
        if (!crossing) {
            crossing.emplace(Crossing{now, {}});
        } else if (now != faster) {
            crossing->sizes.push_back(size);
        }
        faster = now;
    }
    return crossing;
}

std::string textbook_text(const Results& results) {
    const auto distances = results.distances();
    if (distances.empty() || results.sizes().empty()) return "";
    const Field field{results, distances.front()};
    const auto least = results.sizes().front();
    const auto most = results.sizes().back();
    Table table{{{""}, {"SHARED MEMORY"}, {"MESSAGE PASSING"}, {"BETTER"}}};
    for (const auto size : results.sizes()) {
        add_speed(table, field, size);
        if (size == least || size == most) add_sleeping_speed(table, field, size);
    }
    const std::set<std::uint64_t> ends{least, most};
    for (const auto size : ends) add_data(table, field, size);
    add_largest(table, field);
    for (const auto size : ends) add_kernel(table, field, size);
    for (const auto size : ends) add_processor(table, field, size);
    add_set_up(table, field);
    add_synchronisation(table, field);
    add_safety(table, field);
    return fmt::format("\nShared memory and message passing, cores {}:\n{}\n{}",
                       name_of(distances.front()), table.text(Legend::Shown),
                       crossings_text(results, distances.front()));
}

}  // namespace ctl
