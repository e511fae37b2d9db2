#include "directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

namespace bench {

Directory::Directory(Entered entered)
    : path_{std::filesystem::temp_directory_path() / "shmbus.XXXXXX"} {
    if (::mkdtemp(path_.data()) == nullptr ||
        (entered == Entered::ByEveryone && ::chmod(path_.c_str(), 0755) != 0))
        throw std::system_error{errno, std::system_category(), path_};
}

Directory::~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace bench
