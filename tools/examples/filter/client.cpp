// filter_client grey|blur WIDTH HEIGHT: pictures as raw RGB from standard input to standard output,
// each changed by the server in the memory that it was read into. Several are under way at a time.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <bus/client.hpp>

#include "connect.hpp"
#include "picture.hpp"

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_under_way = 4;
constexpr auto patience = 30s;

filter::Operation operation_of(std::string_view word) {
    if (word == "grey") return filter::Operation::Grey;
    if (word == "blur") return filter::Operation::Blur;
    throw std::runtime_error{std::string{word} + ": must be grey or blur"};
}

class Pictures {
public:
    Pictures(filter::Operation operation, std::uint32_t width, std::uint32_t height)
        : client_{filter::connect(), filter::service_name},
          header_{static_cast<std::uint32_t>(operation), width, height, 0},
          pixels_{std::size_t{3} * width * height} {
        const bool huge = std::max(width, height) > filter::largest;
        if (huge || sizeof header_ + pixels_ > client_.max_size())
            throw std::runtime_error{"the pictures are larger than the service takes"};
    }

    void run() {
        while (send_next())
            if (under_way_.size() == most_under_way) write_first();
        while (!under_way_.empty()) write_first();
    }

private:
    // False when there are no more.
    bool send_next() {
        auto call = client_.loan(patience);
        if (!call) throw std::runtime_error{"no memory for a request"};
        auto* place = call.data() + sizeof header_;
        const auto got = std::fread(place, 1, pixels_, stdin);
        if (got == 0) return false;
        if (got != pixels_) throw std::runtime_error{"the input ends within a picture"};
        std::memcpy(call.data(), &header_, sizeof header_);
        call.send(sizeof header_ + pixels_);
        under_way_.push_back(std::move(call));
        return true;
    }

    void write_first() {
        auto call = std::move(under_way_.front());
        under_way_.pop_front();
        const auto outcome = call.wait_for(patience);
        if (outcome != bus::CallOutcome::Answered)
            throw std::runtime_error{std::string{to_string(outcome)} + " " +
                                     std::string{call.text()}};
        const auto pixels = call.response().subspan(sizeof header_);
        if (std::fwrite(pixels.data(), 1, pixels.size(), stdout) != pixels.size())
            throw std::runtime_error{"standard output cannot be written"};
    }

    bus::BytesClient client_;
    filter::Header header_;
    std::size_t pixels_;
    std::deque<bus::BytesCall> under_way_;
};

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 4) throw std::runtime_error{"usage: filter_client grey|blur WIDTH HEIGHT"};
    Pictures pictures{operation_of(argv[1]), static_cast<std::uint32_t>(std::stoul(argv[2])),
                      static_cast<std::uint32_t>(std::stoul(argv[3]))};
    pictures.run();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "filter_client: %s\n", error.what());
    return 1;
}
