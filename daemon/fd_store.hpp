// systemd's file descriptor store: what is kept there is handed to the next process of the unit.
// Where nobody listens to notifications there is none, and nothing is kept.
#pragma once

#include <string>

#include "daemon/store.hpp"
#include "daemon/store_budget.hpp"

namespace shmbusd {

class FdStore final : public Store {
public:
    FdStore();

    // Whether what is kept outlives this process.
    [[nodiscard]] bool lasts() const noexcept { return lasts_; }
    // What an earlier process kept; once. It stays in the store.
    [[nodiscard]] Inheritance take_over();

    void keep(const std::string& name, int fd) override;
    void drop(const std::string& name) noexcept override;

private:
    bool lasts_;
    StoreBudget budget_;
};

}  // namespace shmbusd
