// D-Bus by libsystemd's sd-bus: signals addressed to the other side, through the bus's daemon. The
// payload is written into the message and read out of it where it lies. A signal has no answer that
// would hold its sender back, and the daemon cuts off who sends more than it can store, so a stream
// is acknowledged.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/payload.hpp"
#include "bench/rally.hpp"
#include "bench/sd_bus.hpp"

namespace bench {
namespace {

constexpr const char* path = "/org/shmbus1/bench";
constexpr const char* interface = "org.shmbus1.bench";
constexpr std::size_t on_the_way = 8 << 20;  // bytes that a stream may have with the daemon

class DbusLink {
public:
    static constexpr bool brokered = true;

    DbusLink(Scene& scene, std::size_t size)
        : size_{size},
          window_{std::clamp<std::uint64_t>(on_the_way / size, 2, 1024)},
          bus_{connect(scene.address())} {
        const char* name = nullptr;
        answered(::sd_bus_get_unique_name(bus_.get(), &name), "sd_bus_get_unique_name");
        peer_ = scene.partner().swap(name);
    }

    void send(std::uint64_t number) {
        auto message = make("Payload");
        void* bytes = nullptr;
        answered(::sd_bus_message_append_array_space(message.get(), 'y', size_, &bytes),
                 "sd_bus_message_append_array_space");
        write_payload(static_cast<std::byte*>(bytes), size_, number);
        emit(message);
    }

    [[nodiscard]] bool receive(std::uint64_t number) {
        for (;;) {
            const auto message = next();
            if (::sd_bus_message_is_signal(message.get(), interface, "Credit") > 0) {
                ++credits_;
                continue;
            }
            if (::sd_bus_message_is_signal(message.get(), interface, "Payload") > 0)
                return right(message, number);
        }
    }

    // A window's first half is acknowledged when its second half may be on the way.
    void stream(std::uint64_t number) {
        const auto half = window_ / 2;
        while (streamed_ >= (credits_ + 2) * half)
            if (::sd_bus_message_is_signal(next().get(), interface, "Credit") > 0) ++credits_;
        ++streamed_;
        send(number);
    }
    [[nodiscard]] bool take(std::uint64_t number) {
        const bool right = receive(number);
        if (++taken_ % (window_ / 2) == 0) emit(make("Credit"));
        return right;
    }

private:
    [[nodiscard]] BusMessage make(const char* member) const {
        ::sd_bus_message* raw = nullptr;
        answered(::sd_bus_message_new_signal(bus_.get(), &raw, path, interface, member), member);
        BusMessage message{raw};
        answered(::sd_bus_message_set_destination(raw, peer_.c_str()), peer_.c_str());
        return message;
    }
    void emit(const BusMessage& message) const {
        answered(::sd_bus_send(bus_.get(), message.get(), nullptr), "sd_bus_send");
        answered(::sd_bus_flush(bus_.get()), "sd_bus_flush");
    }
    [[nodiscard]] BusMessage next() const {
        for (;;) {
            ::sd_bus_message* raw = nullptr;
            const int done = answered(::sd_bus_process(bus_.get(), &raw), "sd_bus_process");
            if (raw != nullptr) return BusMessage{raw};
            if (done == 0) answered(::sd_bus_wait(bus_.get(), UINT64_MAX), "sd_bus_wait");
        }
    }
    [[nodiscard]] bool right(const BusMessage& message, std::uint64_t number) const {
        const void* bytes = nullptr;
        std::size_t size = 0;
        answered(::sd_bus_message_read_array(message.get(), 'y', &bytes, &size),
                 "sd_bus_message_read_array");
        return size == size_ && holds(static_cast<const std::byte*>(bytes), size, number);
    }

    std::size_t size_;
    std::uint64_t window_;  // messages
    Bus bus_;
    std::string peer_;
    std::uint64_t streamed_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t credits_ = 0;
};

}  // namespace

void add_dbus(std::vector<Transport>& transports) {
    transports.push_back(transport<DbusLink>("D-Bus", Model::MessagePassing, refuses_nothing));
}

}  // namespace bench
