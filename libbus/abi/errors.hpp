// The one table of errors: code, D-Bus name, errno and sentence. The daemon answers by it, libbus
// reads answers by it, the tool takes its exit code from it.
#pragma once

#include <array>
#include <cerrno>
#include <string_view>

#include <bus/error.hpp>

namespace bus::abi {

struct ErrorRow {
    Errc code;
    std::string_view dbus_name;
    int number;  // errno
    std::string_view sentence;
};

inline constexpr std::array errors{
    ErrorRow{Errc::NoBus, "org.shmbus1.Error.NoBus", ECONNREFUSED,
             "the message bus cannot be reached"},
    ErrorRow{Errc::NoDaemon, "org.shmbus1.Error.NoDaemon", EHOSTDOWN, "shmbusd is not running"},
    ErrorRow{Errc::NoSuchRegion, "org.shmbus1.Error.NoSuchRegion", ENOENT, "no such region"},
    ErrorRow{Errc::RegionExists, "org.shmbus1.Error.RegionExists", EEXIST,
             "the region exists already"},
    ErrorRow{Errc::NoSuchAttachment, "org.shmbus1.Error.NoSuchAttachment", ENXIO,
             "no such attachment"},
    ErrorRow{Errc::InvalidName, "org.shmbus1.Error.InvalidName", EINVAL, "not a region name"},
    ErrorRow{Errc::InvalidArgument, "org.shmbus1.Error.InvalidArgument", EINVAL,
             "invalid argument"},
    ErrorRow{Errc::TypeMismatch, "org.shmbus1.Error.TypeMismatch", EPROTOTYPE,
             "the payload type differs"},
    ErrorRow{Errc::KindMismatch, "org.shmbus1.Error.KindMismatch", EMEDIUMTYPE,
             "the region is of another kind"},
    ErrorRow{Errc::LimitsExceeded, "org.shmbus1.Error.LimitsExceeded", EDQUOT,
             "a limit is used up"},
    ErrorRow{Errc::AccessDenied, "org.shmbus1.Error.AccessDenied", EACCES, "access denied"},
    ErrorRow{Errc::OutOfMemory, "org.shmbus1.Error.OutOfMemory", ENOMEM, "memory is short"},
    ErrorRow{Errc::FenceUnavailable, "org.shmbus1.Error.FenceUnavailable", ENOSYS,
             "membarrier is not permitted"},
    ErrorRow{Errc::BadSegment, "org.shmbus1.Error.BadSegment", EBADMSG,
             "the segment is not what it must be"},
    ErrorRow{Errc::NameTaken, "org.shmbus1.Error.NameTaken", EADDRINUSE,
             "another daemon owns the bus name"},
    ErrorRow{Errc::Disconnected, "org.shmbus1.Error.Disconnected", ENOTCONN,
             "the connection to the bus broke"},
    ErrorRow{Errc::TimedOut, "org.shmbus1.Error.TimedOut", ETIMEDOUT,
             "shmbusd did not answer in time"},
    ErrorRow{Errc::NoSpace, "org.shmbus1.Error.NoSpace", ENOSPC,
             "the region's containers are full"},
    ErrorRow{Errc::SystemError, "org.shmbus1.Error.SystemError", EIO, "a system call failed"},
};

[[nodiscard]] constexpr const ErrorRow* find_error(Errc code) noexcept {
    for (const auto& row : errors)
        if (row.code == code) return &row;
    return nullptr;
}

[[nodiscard]] constexpr const ErrorRow* find_error(std::string_view dbus_name) noexcept {
    for (const auto& row : errors)
        if (row.dbus_name == dbus_name) return &row;
    return nullptr;
}

}  // namespace bus::abi
