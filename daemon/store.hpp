// What outlives this process: descriptors that whoever started it keeps under names, and hands to
// the process that follows it. The names are short, because the follower gets all of them in one
// string of its environment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/unique_fd.hpp"

namespace shmbusd {

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    // Keeps a copy of the descriptor. Throws: bus::Error LimitsExceeded when the store is full,
    // SystemError.
    virtual void keep(const std::string& name, int fd) = 0;
    virtual void drop(const std::string& name) noexcept = 0;
};

// What an earlier process had kept, by name.
using Inheritance = std::multimap<std::string, bus::base::UniqueFd>;

// One descriptor in the store, dropped from it in the end. Without a store it does nothing.
class Kept {
public:
    Kept() noexcept = default;
    // Throws: as Store::keep().
    Kept(Store* store, std::string name, int fd) : Kept{store, std::move(name)} {
        if (store_ != nullptr) store_->keep(name_, fd);
    }
    // For one that is in the store already.
    Kept(Store* store, std::string name) noexcept : store_{store}, name_{std::move(name)} {}
    Kept(Kept&& other) noexcept { swap(other); }
    Kept& operator=(Kept&& other) noexcept {
        Kept{std::move(other)}.swap(*this);
        return *this;
    }
    ~Kept() {
        if (store_ != nullptr) store_->drop(name_);
    }
    void swap(Kept& other) noexcept {
        std::swap(store_, other.store_);
        name_.swap(other.name_);
    }

private:
    Store* store_ = nullptr;
    std::string name_;
};

}  // namespace shmbusd
