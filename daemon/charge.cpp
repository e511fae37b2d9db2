#include "daemon/charge.hpp"

namespace shmbusd {

Charge::Charge(bus::Resources& account, const bus::Resources& what) noexcept
    : account_{&account}, what_{what} {
    account.regions += what.regions;
    account.attachments += what.attachments;
    account.bytes += what.bytes;
}

Charge::~Charge() {
    if (account_ == nullptr) return;
    account_->regions -= what_.regions;
    account_->attachments -= what_.attachments;
    account_->bytes -= what_.bytes;
}

}  // namespace shmbusd
