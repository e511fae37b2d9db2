#include "private_bus.hpp"

#include "program.hpp"

namespace integration {

PrivateBus::Report PrivateBus::run(std::vector<std::string> words) {
    Program program{std::move(words), directory_ / ("run." + std::to_string(++runs_))};
    const auto ending = program.process().await_end();
    return {ending.code, program.output()};
}

}  // namespace integration
