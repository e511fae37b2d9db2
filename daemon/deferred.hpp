// The answer to a call that is not given before its handler returns: exactly one, a result or an
// error, also when what was to give it fails. Besides answer(), the only way out of a handler.
#pragma once

#include <memory>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/error.hpp>

#include "daemon/answer.hpp"
#include "daemon/refusal.hpp"

namespace shmbusd {

template <class... Results>
class Deferred {
public:
    Deferred(sdbus::Result<Results...>&& result, Refusal refusal)
        : result_{std::make_shared<sdbus::Result<Results...>>(std::move(result))},
          refusal_{std::move(refusal)} {}

    void give(const Results&... results) const { result_->returnResults(results...); }
    void refuse(const bus::Error& error) const {
        refusal_(error);
        result_->returnError(bus::wire::to_wire(error));
    }
    // Runs what is to answer; when it throws, that is the answer.
    template <class Handler>
    void guard(Handler handler) const {
        try {
            answer(std::move(handler), refusal_);
        } catch (const sdbus::Error& error) {
            result_->returnError(error);
        }
    }

private:
    // Shared by the copies that functions hold which wait for somebody else's answer: all are one
    // call, and one of them answers it.
    std::shared_ptr<sdbus::Result<Results...>> result_;
    Refusal refusal_;
};

}  // namespace shmbusd
