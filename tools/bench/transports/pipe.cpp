// Two pipes, one for each direction, of the kernel's default size; they have names, so that they
// can be opened by processes that are there already.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

#include "bench/descriptor.hpp"
#include "bench/parcel.hpp"
#include "bench/rally.hpp"

namespace bench {
namespace {

class PipeLink {
public:
    PipeLink(Scene& scene, std::size_t size) : parcel_{size} {
        const auto ping = scene.folder() + "/ping";
        const auto pong = scene.folder() + "/pong";
        if (scene.first()) make(ping, pong);
        scene.partner().meet();
        // Opening waits for the other end, so both sides must open the same pipe first.
        if (scene.first()) out_ = open(ping, O_WRONLY);
        in_ = open(scene.first() ? pong : ping, O_RDONLY);
        if (!scene.first()) out_ = open(pong, O_WRONLY);
    }

    void send(std::uint64_t number) {
        parcel_.write(number);
        out_.write_all(parcel_.bytes());
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        in_.read_all(parcel_.bytes());
        return parcel_.holds(number);
    }

private:
    static void make(const std::string& ping, const std::string& pong) {
        for (const auto& path : {ping, pong})
            if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST)
                throw std::system_error{errno, std::system_category(), path};
    }
    [[nodiscard]] static Descriptor open(const std::string& path, int flags) {
        return {::open(path.c_str(), flags | O_CLOEXEC), path.c_str()};
    }

    Descriptor out_;
    Descriptor in_;
    Parcel parcel_;
};

}  // namespace

void add_pipe(std::vector<Transport>& transports) {
    transports.push_back(transport<PipeLink>("pipe", Model::MessagePassing, refuses_nothing));
}

}  // namespace bench
