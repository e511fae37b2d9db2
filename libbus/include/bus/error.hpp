// What goes wrong in set-up and control: one exception type whose text names the object and the
// reason. The data path never throws; it answers with values.
#pragma once

#include <string>
#include <system_error>

namespace [[gnu::visibility("default")]] bus {

/// Why a call failed. Each code has one D-Bus error name (org.shmbus1.Error.*) and one errno; the
/// table that joins them is libbus/abi/errors.hpp.
enum class Errc {
    NoBus = 1,         ///< the message bus itself cannot be reached
    NoDaemon,          ///< the bus is there, shmbusd is not
    NoSuchRegion,      ///< no region has this name
    RegionExists,      ///< a region of this name is there already
    NoSuchAttachment,  ///< the attachment is unknown, or not the caller's
    InvalidName,       ///< the name breaks the rules of region names
    InvalidArgument,   ///< an option is unknown, out of range, or of the wrong D-Bus type
    TypeMismatch,      ///< the payload type is not the topic's
    KindMismatch,      ///< the region is of another kind than the operation needs
    LimitsExceeded,    ///< a limit of the region or of the service is used up
    AccessDenied,      ///< the caller has no right to do this
    OutOfMemory,       ///< memory for a segment is short
    FenceUnavailable,  ///< membarrier is not permitted here; a region with fence=full works
    BadSegment,        ///< a received segment does not carry the seals or size it must have
    NameTaken,         ///< another daemon owns the bus name
    Disconnected,      ///< the connection to the bus broke
    TimedOut,          ///< the daemon did not answer in time
    NoSpace,           ///< a region's containers are full; what is in them is as it was
    SystemError,       ///< a system call failed; the text says which and why
};

/// The category of Errc; its messages are one sentence each.
/// Thread-safety: thread-safe.
[[nodiscard]] const std::error_category& category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category()};
}

/// The one exception of libbus. what() reads "OBJECT: REASON" and fits on one line.
class Error : public std::system_error {
public:
    /// `text` names the object and the reason and is what what() returns.
    Error(Errc code, std::string text);

    [[nodiscard]] Errc errc() const noexcept { return static_cast<Errc>(code().value()); }
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string text_;
};

}  // namespace bus

template <>
struct std::is_error_code_enum<bus::Errc> : std::true_type {};
