// All rows, by family.
#pragma once

#include <string>
#include <vector>

#include "bench/row.hpp"
#include "bench/size_text.hpp"

namespace bench {

void add_plain_mapping_rows(std::vector<Row>& rows);
void add_one_way_rows(std::vector<Row>& rows);
void add_round_trip_rows(std::vector<Row>& rows);
void add_plain_stream_rows(std::vector<Row>& rows);
void add_throughput_rows(std::vector<Row>& rows);
void add_publish_alone_rows(std::vector<Row>& rows);
void add_wake_up_rows(std::vector<Row>& rows);
void add_spin_budget_rows(std::vector<Row>& rows);
void add_locking_rows(std::vector<Row>& rows);
void add_call_rows(std::vector<Row>& rows);
void add_memory_rows(std::vector<Row>& rows);
void add_attach_rows(std::vector<Row>& rows);

[[nodiscard]] std::vector<Row> all_rows();
// Those whose name matches a glob.
[[nodiscard]] std::vector<Row> matching(std::vector<Row> rows, const std::string& glob);

}  // namespace bench
