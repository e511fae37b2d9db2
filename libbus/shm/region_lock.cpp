#include "shm/region_lock.hpp"

namespace bus::shm {

Obtained WriterLock::obtain_abandoned() noexcept {
    auto word = abi::abandoned_bit;
    // seq_cst: as in try_obtain()
    const bool taken = holder_->compare_exchange_strong(word, id_, std::memory_order_seq_cst,
                                                        std::memory_order_relaxed);
    return taken ? Obtained::Abandoned : Obtained::No;
}

bool abandon_lock(std::byte* segment, std::uint64_t id) noexcept {
    auto& holder = reinterpret_cast<abi::LockHeader*>(segment)->holder;
    auto word = holder.load(std::memory_order_relaxed);  // relaxed: confirmed below
    if (id == 0 || abi::holder_of(word) != id) return false;
    // release: the next holder's look, which sees the bit, sees what was there before the daemon
    // was told of the death; acquired in obtain_abandoned()
    return holder.compare_exchange_strong(word, abi::abandoned_bit, std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
}

std::uint64_t lock_holder(const std::byte* segment) noexcept {
    const auto& header = *reinterpret_cast<const abi::LockHeader*>(segment);
    return abi::holder_of(header.holder.load(std::memory_order_relaxed));  // relaxed: a hint
}

}  // namespace bus::shm
