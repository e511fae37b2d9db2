// dbus_stream: what the same bytes cost when D-Bus itself carries them, for contrast.
//
//   dbus_stream --address=unix:path=/run/... --size=6220800 < frames.raw
//
// Reads frames of SIZE bytes from stdin and sends each to a second process by method calls, in
// chunks that the bus lets pass. Both ends add up a checksum. Prints one line of JSON; exit code 1
// when the ends disagree. Written on sd-bus, which is what sdbus-c++ stands on: sdbus-c++ 1.2
// appends an array of bytes one byte a call, and a contrast with that would flatter.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <systemd/sd-bus.h>

namespace {

constexpr const char* path = "/org/shmbus1/bench";
constexpr const char* interface = "org.shmbus1.bench.Stream";

struct BusUnref {
    void operator()(sd_bus* bus) const noexcept { sd_bus_flush_close_unref(bus); }
};
struct MessageUnref {
    void operator()(sd_bus_message* message) const noexcept { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, BusUnref>;
using Message = std::unique_ptr<sd_bus_message, MessageUnref>;

int check(int result, const char* what) {
    if (result < 0) throw std::system_error{-result, std::system_category(), what};
    return result;
}

// What went through one end. The sum depends on every byte, its place and the chunks.
struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t sum = 0x9e3779b97f4a7c15;

    void add(const std::byte* data, std::size_t size, bool last) noexcept {
        std::array<std::uint64_t, 4> lanes{sum, 1, 2, 3};  // four, so that multiplications overlap
        std::size_t at = 0;
        for (; at + 32 <= size; at += 32) {
            std::array<std::uint64_t, 4> words{};
            std::memcpy(words.data(), data + at, sizeof words);
            for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = (lanes[i] ^ words[i]) * prime;
        }
        for (; at < size; ++at) lanes[0] = (lanes[0] ^ static_cast<std::uint8_t>(data[at])) * prime;
        sum = 0;
        for (const auto lane : lanes) sum = (sum ^ lane ^ lane >> 29) * prime;
        bytes += size;
        messages += last;
    }

    friend bool operator==(const Totals&, const Totals&) = default;

private:
    static constexpr std::uint64_t prime = 0x100000001b3;
};

[[nodiscard]] Bus connect(const std::string& address) {
    sd_bus* raw = nullptr;
    check(sd_bus_new(&raw), "sd_bus_new");
    Bus bus{raw};
    check(sd_bus_set_address(raw, address.c_str()), address.c_str());
    check(sd_bus_set_bus_client(raw, 1), "sd_bus_set_bus_client");
    check(sd_bus_start(raw), address.c_str());
    return bus;
}

class Receiver {
public:
    // Serves until the sender said that this was all. Its name on the bus goes to `names`.
    static void run(const std::string& address, int names) {
        Receiver receiver;
        const Bus bus = connect(address);
        check(sd_bus_add_object(bus.get(), nullptr, path, handle, &receiver), "sd_bus_add_object");
        const char* name = nullptr;
        check(sd_bus_get_unique_name(bus.get(), &name), "sd_bus_get_unique_name");
        if (::write(names, name, std::strlen(name)) < 0)
            throw std::runtime_error{"the sender is gone"};
        ::close(names);
        while (!receiver.ended_)
            if (check(sd_bus_process(bus.get(), nullptr), "sd_bus_process") == 0)
                check(sd_bus_wait(bus.get(), UINT64_MAX), "sd_bus_wait");
    }

private:
    static int handle(sd_bus_message* call, void* self, sd_bus_error*) {
        auto& receiver = *static_cast<Receiver*>(self);
        if (sd_bus_message_is_method_call(call, interface, "Chunk") > 0)
            return receiver.chunk(call);
        if (sd_bus_message_is_method_call(call, interface, "End") > 0) return receiver.end(call);
        return 0;
    }

    int chunk(sd_bus_message* call) {
        const void* data = nullptr;
        std::size_t size = 0;
        int last = 0;
        if (const int r = sd_bus_message_read_array(call, 'y', &data, &size); r < 0) return r;
        if (const int r = sd_bus_message_read(call, "b", &last); r < 0) return r;
        totals_.add(static_cast<const std::byte*>(data), size, last != 0);
        return sd_bus_reply_method_return(call, "");
    }

    int end(sd_bus_message* call) {
        ended_ = true;
        return sd_bus_reply_method_return(call, "ttt", totals_.messages, totals_.bytes,
                                          totals_.sum);
    }

    Totals totals_;
    bool ended_ = false;
};

class Sender {
public:
    Sender(const std::string& address, std::string receiver)
        : bus_{connect(address)}, receiver_{std::move(receiver)} {}

    void send(const std::vector<std::byte>& frame, std::size_t size, std::size_t chunk) {
        for (std::size_t at = 0; at < size; at += chunk) {
            const std::size_t part = std::min(chunk, size - at);
            const bool last = at + part == size;
            const Message call = make("Chunk");
            check(sd_bus_message_append_array(call.get(), 'y', frame.data() + at, part), "append");
            check(sd_bus_message_append(call.get(), "b", last ? 1 : 0), "append");
            (void)answer(call);
            totals_.add(frame.data() + at, part, last);
        }
    }

    // What the receiver says that it got.
    [[nodiscard]] Totals end() {
        const Message reply = answer(make("End"));
        Totals totals;
        check(sd_bus_message_read(reply.get(), "ttt", &totals.messages, &totals.bytes, &totals.sum),
              "the receiver's totals");
        return totals;
    }

    [[nodiscard]] const Totals& totals() const noexcept { return totals_; }

private:
    [[nodiscard]] Message make(const char* method) const {
        sd_bus_message* raw = nullptr;
        check(sd_bus_message_new_method_call(bus_.get(), &raw, receiver_.c_str(), path, interface,
                                             method),
              method);
        return Message{raw};
    }

    [[nodiscard]] Message answer(const Message& call) const {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message* raw = nullptr;
        const int result = sd_bus_call(bus_.get(), call.get(), 0, &error, &raw);
        const std::string why = error.message != nullptr ? error.message : "";
        sd_bus_error_free(&error);
        if (result < 0) throw std::system_error{-result, std::system_category(), why};
        return Message{raw};
    }

    Bus bus_;
    std::string receiver_;
    Totals totals_;
};

// As many bytes as the frame holds, fewer at the end of the input.
[[nodiscard]] std::size_t read_frame(std::vector<std::byte>& frame) {
    std::size_t size = 0;
    while (size < frame.size()) {
        const auto got = ::read(STDIN_FILENO, frame.data() + size, frame.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw std::system_error{errno, std::system_category(), "stdin"};
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    return size;
}

[[nodiscard]] int stream(const std::string& address, std::size_t size, std::size_t chunk,
                         int names) {
    char name[256];
    const auto length = ::read(names, name, sizeof name);
    if (length <= 0) throw std::runtime_error{"the receiver does not start"};
    Sender sender{address, std::string{name, static_cast<std::size_t>(length)}};
    std::vector<std::byte> frame(size);
    const auto start = std::chrono::steady_clock::now();
    while (const std::size_t got = read_frame(frame)) sender.send(frame, got, chunk);
    const Totals received = sender.end();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const bool match = received == sender.totals();
    std::printf("{\"messages\":%llu,\"bytes\":%llu,\"seconds\":%.6f,\"match\":%s}\n",
                static_cast<unsigned long long>(received.messages),
                static_cast<unsigned long long>(received.bytes), seconds.count(),
                match ? "true" : "false");
    return match ? 0 : 1;
}

[[nodiscard]] int run(const std::string& address, std::size_t size, std::size_t chunk) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error{errno, std::system_category(), "pipe2"};
    const ::pid_t receiver = ::fork();
    if (receiver < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (receiver == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ends[0]);
        Receiver::run(address, ends[1]);
        return 0;
    }
    ::close(ends[1]);
    const int code = stream(address, size, chunk, ends[0]);
    ::waitpid(receiver, nullptr, 0);
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    std::string address;
    std::size_t size = 0;
    std::size_t chunk = 1U << 20;  // twice as fast through dbus-daemon as 16 MiB
    CLI::App app{
        "Sends stdin through D-Bus to a second process, in frames, and compares checksums."};
    app.add_option("--address", address, "the bus")->required();
    app.add_option("--size", size, "bytes a frame")->required()->check(CLI::PositiveNumber);
    app.add_option("--chunk", chunk,
                   "bytes a method call; 16 MiB at most, as buses allow little more")
        ->check(CLI::Range(std::size_t{1}, std::size_t{16} << 20))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        return run(address, size, chunk);
    } catch (const std::exception& error) {
        std::cerr << "dbus_stream: " << error.what() << '\n';
        return 1;
    }
}
