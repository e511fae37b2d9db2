#include "daemon/store_budget.hpp"

namespace shmbusd {

bool StoreBudget::charge(const std::string& name) {
    if (names_.size() >= most_ || bytes_ + name.size() + 1 > most_bytes) return false;
    take_up(name);
    return true;
}

void StoreBudget::take_up(const std::string& name) {
    names_.insert(name);
    bytes_ += name.size() + 1;
}

void StoreBudget::release(const std::string& name) noexcept {
    bytes_ -= names_.erase(name) * (name.size() + 1);
}

}  // namespace shmbusd
