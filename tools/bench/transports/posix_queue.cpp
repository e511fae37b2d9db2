// POSIX message queues, one for each direction. The kernel bounds their messages (8 KiB unless
// fs.mqueue.msgsize_max or a privilege says otherwise) and their number.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

#include "bench/parcel.hpp"
#include "bench/rally.hpp"

namespace bench {
namespace {

// Owned, and unlinked where it was created.
class Queue {
public:
    Queue(std::string name, std::size_t size) : name_{std::move(name)}, unlinks_{true} {
        ::mq_unlink(name_.c_str());
        // As many messages as the limits allow; 10 is the default of fs.mqueue.msg_max.
        for (long messages = 10; messages > 0 && queue_ < 0; messages /= 2) {
            ::mq_attr attributes{};
            attributes.mq_maxmsg = messages;
            attributes.mq_msgsize = static_cast<long>(size);
            queue_ = ::mq_open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600,
                               &attributes);
        }
        check(queue_, "mq_open");
    }
    explicit Queue(const std::string& name)
        : queue_{::mq_open(name.c_str(), O_RDONLY | O_CLOEXEC)} {
        check(queue_, "mq_open");
    }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    ~Queue() {
        ::mq_close(queue_);
        if (unlinks_) ::mq_unlink(name_.c_str());
    }

    void put(std::span<const std::byte> bytes) const {
        check(::mq_send(queue_, reinterpret_cast<const char*>(bytes.data()), bytes.size(), 0),
              "mq_send");
    }
    void get(std::span<std::byte> bytes) const {
        const auto got =
            ::mq_receive(queue_, reinterpret_cast<char*>(bytes.data()), bytes.size(), nullptr);
        check(static_cast<int>(got), "mq_receive");
    }

private:
    static void check(int result, const char* what) {
        if (result < 0) throw std::system_error{errno, std::system_category(), what};
    }

    std::string name_;
    ::mqd_t queue_ = -1;
    bool unlinks_ = false;
};

class QueueLink {
public:
    QueueLink(Scene& scene, std::size_t size)
        : parcel_{size}, out_{name(scene, scene.first()), size}, in_{met(scene)} {
        scene.partner().meet();  // both have opened both
    }

    void send(std::uint64_t number) {
        parcel_.write(number);
        out_.put(parcel_.bytes());
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        in_.get(parcel_.bytes());
        return parcel_.holds(number);
    }

private:
    [[nodiscard]] static std::string name(Scene& scene, bool ping) {
        return "/" + scene.label() + (ping ? ".ping" : ".pong");
    }
    [[nodiscard]] static std::string met(Scene& scene) {
        scene.partner().meet();
        return name(scene, !scene.first());
    }

    Parcel parcel_;
    Queue out_;
    Queue in_;
};

[[nodiscard]] std::string queue_refusal(std::size_t size) {
    try {
        (void)Queue{"/shmbus-bench-" + std::to_string(::getpid()), size};
        return {};
    } catch (const std::system_error& error) {
        const bool memory = error.code() == std::errc::too_many_files_open;
        return memory ? "more than RLIMIT_MSGQUEUE allows"
                      : "more than fs.mqueue.msgsize_max allows";
    }
}

}  // namespace

void add_posix_queue(std::vector<Transport>& transports) {
    transports.push_back(transport<QueueLink>("POSIX queue", Model::MessagePassing, queue_refusal));
    transports.back().clear = [](const std::string& label) {
        for (const auto* end : {".ping", ".pong"}) ::mq_unlink(("/" + label + end).c_str());
    };
}

}  // namespace bench
