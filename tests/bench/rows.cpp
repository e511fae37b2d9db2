#include "rows.hpp"

#include <utility>

#include <fnmatch.h>

namespace bench {

std::vector<Row> all_rows() {
    std::vector<Row> rows;
    add_plain_mapping_rows(rows);
    add_one_way_rows(rows);
    add_round_trip_rows(rows);
    add_plain_stream_rows(rows);
    add_throughput_rows(rows);
    add_publish_alone_rows(rows);
    add_wake_up_rows(rows);
    add_spin_budget_rows(rows);
    add_locking_rows(rows);
    add_call_rows(rows);
    add_memory_rows(rows);
    add_attach_rows(rows);
    return rows;
}

std::vector<Row> matching(std::vector<Row> rows, const std::string& glob) {
    std::erase_if(rows, [&glob](const Row& row) {
        return ::fnmatch(glob.c_str(), row.name.c_str(), 0) != 0;
    });
    return rows;
}

}  // namespace bench
