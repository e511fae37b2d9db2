// Results of a run of the bench as tests need them.
#pragma once

#include "results.hpp"

namespace sample {

inline bench::Record carried(std::string transport, std::uint64_t size, double one_way) {
    bench::Record record;
    record.transport = std::move(transport);
    record.model = record.transport.starts_with("topic") ? bench::Model::SharedMemory
                                                         : bench::Model::MessagePassing;
    record.size = size;
    record.distance = bench::Distance::Near;
    record.bare = 60;
    record.one_way = one_way;
    record.low = one_way * 0.98;
    record.high = one_way * 1.02;
    record.rate = 1e9 / one_way;
    record.cpu = 2 * one_way;
    return record;
}

inline bench::Record counted(std::string transport, std::uint64_t size, bench::CallCount calls) {
    auto record = carried(std::move(transport), size, 0);
    record.distance = {};
    record.bare = 0;
    record.one_way = record.low = record.high = record.rate = record.cpu = {};
    record.calls = calls;
    record.stream_calls = calls;
    return record;
}

inline bench::Record set_up(std::string transport, double time) {
    auto record = carried(std::move(transport), 0, 0);
    record.one_way = record.low = record.high = record.rate = record.cpu = {};
    record.set_up = time;
    return record;
}

inline ctl::Results results() {
    ctl::Results results{
        {"2026-01-02T03:04:05+0000", "a processor", "6.1", "0,1", "0.1.0", "full"}};
    for (const auto& record :
         {carried("topic, spinning", 32, 70), carried("topic, spinning", 2048, 400),
          carried("topic, sleeping", 32, 9000), carried("topic, sleeping", 2048, 9100),
          carried("pipe", 32, 7000), carried("pipe", 2048, 9900), carried("D-Bus", 32, 60e3),
          counted("topic, spinning", 32, {0, 0}), counted("D-Bus", 32, {5, 9}),
          set_up("topic, spinning", 2e6), set_up("pipe", 60e3)})
        results.add(record);
    results.set_protection({"Permission denied", 55.5});
    return results;
}

}  // namespace sample
