#include "daemon/fd_store.hpp"

#include <cerrno>
#include <cstdlib>
#include <memory>

#include <systemd/sd-daemon.h>

#include <bus/error.hpp>

#include "base/system_call.hpp"

namespace shmbusd {
namespace {

constexpr std::size_t most_descriptors = 16384;  // FileDescriptorStoreMax= of the unit

// systemd says how many it takes from version 254 on.
std::size_t capacity() {
    const char* said = std::getenv("FDSTORE");
    const auto number = said != nullptr ? std::strtoul(said, nullptr, 10) : 0;
    return number != 0 ? number : most_descriptors;
}

// The names as sd_listen_fds_with_names() gives them: an array of strings, all to be freed.
struct FreeNames {
    void operator()(char** names) const noexcept {
        for (char** name = names; *name != nullptr; ++name) std::free(*name);
        std::free(names);
    }
};

}  // namespace

FdStore::FdStore() : lasts_{std::getenv("NOTIFY_SOCKET") != nullptr}, budget_{capacity()} {}

Inheritance FdStore::take_over() {
    char** raw = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &raw);
    const std::unique_ptr<char*, FreeNames> names{raw};
    if (count < 0) bus::base::fail("descriptor store", "sd_listen_fds_with_names", -count);
    Inheritance left;
    for (int i = 0; i < count; ++i) {
        left.emplace(raw[i], bus::base::UniqueFd{SD_LISTEN_FDS_START + i});
        budget_.take_up(raw[i]);
    }
    return left;
}

void FdStore::keep(const std::string& name, int fd) {
    if (!lasts_) return;
    if (!budget_.charge(name))
        throw bus::Error{bus::Errc::LimitsExceeded,
                         "the service's descriptor store is full: it holds " +
                             std::to_string(budget_.descriptors()) + " descriptors"};
    // Without a watch on it: an eventfd can report an error that is none.
    const auto message = "FDSTORE=1\nFDNAME=" + name + "\nFDPOLL=0";
    const int result = ::sd_pid_notify_with_fds(0, 0, message.c_str(), &fd, 1);
    if (result > 0) return;
    budget_.release(name);
    if (result == -ECONNREFUSED || result == -ENOENT) {  // a word left from whoever is gone
        lasts_ = false;
        return;
    }
    bus::base::fail("descriptor store", "sd_notify", -result);
}

void FdStore::drop(const std::string& name) noexcept {
    if (!lasts_) return;
    budget_.release(name);
    ::sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name.c_str());
}

}  // namespace shmbusd
