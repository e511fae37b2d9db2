// Resources counted against a user, for as long as this lives.
#pragma once

#include <utility>

#include <bus/quota.hpp>

namespace shmbusd {

class Charge {
public:
    Charge() noexcept = default;
    // Counts `what` in `account`, which outlives the charge.
    Charge(bus::Resources& account, const bus::Resources& what) noexcept;
    Charge(Charge&& other) noexcept { swap(other); }
    Charge& operator=(Charge&& other) noexcept {
        Charge{std::move(other)}.swap(*this);
        return *this;
    }
    ~Charge();

    [[nodiscard]] explicit operator bool() const noexcept { return account_ != nullptr; }
    [[nodiscard]] const bus::Resources& what() const noexcept { return what_; }
    void swap(Charge& other) noexcept {
        std::swap(account_, other.account_);
        std::swap(what_, other.what_);
    }

private:
    bus::Resources* account_ = nullptr;
    bus::Resources what_;
};

}  // namespace shmbusd
