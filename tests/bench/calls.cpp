// System calls per message. Two further processes run a row's loop under a tracer, once with N
// messages and once with 2 N: what the second run makes more, by message.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/call_tracer.hpp"
#include "rows.hpp"

namespace bench {
namespace {

class Calls final : public Course {
public:
    Calls(Scene& scene, std::string row, std::uint64_t messages)
        : scene_{scene}, row_{std::move(row)}, messages_{messages} {}

    [[nodiscard]] Figure run() override {
        Figure figure;
        if (scene_.first()) {
            const auto once = count(messages_);
            const auto twice = count(2 * messages_);
            figure.value = (static_cast<double>(twice) - static_cast<double>(once)) /
                           static_cast<double>(messages_);
            figure.note = std::to_string(once) + " in " + std::to_string(messages_) + ", " +
                          std::to_string(twice) + " in " + std::to_string(2 * messages_);
        }
        scene_.partner().meet();
        return figure;
    }

private:
    [[nodiscard]] std::uint64_t count(std::uint64_t messages) const {
        return count_marked_calls({"bus_bench", "--counted=" + row_,
                                   "--messages=" + std::to_string(messages),
                                   "--cores=" + std::to_string(scene_.cores()[0]) + "," +
                                       std::to_string(scene_.cores()[1]),
                                   "--address=" + scene_.address()})
            .at(0)
            .own;
    }

    Scene& scene_;
    std::string row_;
    std::uint64_t messages_;
};

}  // namespace

void add_call_rows(std::vector<Row>& rows) {
    const std::pair<const char*, std::uint64_t> counted[] = {
        {"one-way 32 B full, spinning", 100'000}, {"lossless 1:1 32 B", 1'000'000},
        {"overwriting 1:1 32 B", 1'000'000},      {"publish alone 32 B, 1 subscriber", 1'000'000},
        {"lock alone, region", 1'000'000},        {"one-way 32 B full, sleeping", 1'000}};
    for (const auto& [name, messages] : counted) {
        Row row;
        row.name = std::string{"calls, "} + name;
        row.unit = Unit::Calls;
        row.bracketed = Bracketed::No;
        if (row.name.find("sleeping") == std::string::npos)
            row.limits = {{Limit::Of::Value, Limit::Bound::AtMost, 0, {}}};
        row.enter = [name = std::string{name}, messages = messages](Scene& scene) {
            return std::make_unique<Calls>(scene, name, messages);
        };
        rows.push_back(std::move(row));
    }
}

}  // namespace bench
