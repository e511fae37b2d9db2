#include <bus/error.hpp>

#include "abi/errors.hpp"

namespace bus {
namespace {

class Category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "shmbus"; }
    [[nodiscard]] std::string message(int value) const override {
        const auto* row = abi::find_error(static_cast<Errc>(value));
        return row != nullptr ? std::string{row->sentence} : "unknown error";
    }
    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
        const auto* row = abi::find_error(static_cast<Errc>(value));
        if (row == nullptr) return {value, *this};
        return {row->number, std::generic_category()};
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const Category the_category;
    return the_category;
}

Error::Error(Errc code, std::string text)
    : std::system_error{make_error_code(code)}, text_{std::move(text)} {}

}  // namespace bus
