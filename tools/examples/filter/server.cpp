// filter_server: changes pictures where they lie, in memory that it shares with each client. The
// first one makes the service; one that is started while another serves takes over when that ends.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <utility>

#include <bus/server.hpp>

#include "connect.hpp"
#include "operations.hpp"

namespace {

constexpr std::uint32_t no_picture = 1;  // codes of a refusal
constexpr std::uint32_t no_operation = 2;

void answer(bus::BytesServer& server, bus::BytesRequest request) {
    filter::Header header{};
    const auto size = request.size();
    if (size >= sizeof header) std::memcpy(&header, request.data(), sizeof header);
    const auto picture = filter::picture_in(request.bytes(), header);
    if (!picture) return server.refuse(std::move(request), no_picture, "not a picture of its size");
    switch (static_cast<filter::Operation>(header.operation)) {
        case filter::Operation::Grey:
            filter::make_grey(*picture);
            break;
        case filter::Operation::Blur:
            filter::blur(*picture);
            break;
        default:
            return server.refuse(std::move(request), no_operation, "no such operation");
    }
    server.respond(std::move(request), size);
}

void serve() {
    bus::BytesServer server{filter::connect(),
                            filter::service_name,
                            {.size = filter::largest, .depth = 4},
                            {.standby = true}};
    std::puts("ready");
    std::fflush(stdout);
    for (;;) {
        while (auto request = server.take()) answer(server, std::move(request));
        if (!server.wait_for(std::chrono::seconds{1}) && server.state() == bus::State::Removed)
            return;
    }
}

}  // namespace

int main() try {
    serve();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "filter_server: %s\n", error.what());
    return 1;
}
