// What a region takes of the machine's memory, as the daemon tells it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/subscriber.hpp>

#include "bench/topic.hpp"
#include "rows.hpp"

namespace bench {
namespace {

class Memory final : public Course {
public:
    Memory(Scene& scene, std::size_t size, std::size_t subscribers)
        : scene_{scene}, topic_{scene, "bench/memory", options(size, subscribers)} {
        if (!scene.first()) return;
        publishers_.emplace_back(scene.bus(), topic_.name());
        for (std::size_t i = 0; i < subscribers; ++i)
            subscribers_.emplace_back(scene.bus(), topic_.name());
    }

    [[nodiscard]] Figure run() override {
        Figure figure;
        if (!scene_.first()) return figure;
        const auto status = scene_.bus().status(topic_.name());
        figure.value = static_cast<double>(status.region.bytes) / 1024;
        figure.note = std::to_string(status.slots) + " slots of " + size_text(status.slot_stride);
        return figure;
    }

private:
    [[nodiscard]] static bus::TopicOptions options(std::size_t size, std::size_t subscribers) {
        bus::TopicOptions options;
        options.size = size;
        options.subscribers = static_cast<std::uint32_t>(subscribers > 8 ? subscribers : 8);
        return options;
    }

    Scene& scene_;
    Topic topic_;
    std::vector<bus::BytesPublisher> publishers_;
    std::vector<bus::BytesSubscriber> subscribers_;
};

void add(std::vector<Row>& rows, std::size_t size, std::size_t subscribers) {
    Row row;
    row.name = "memory " + size_text(size) + ", 1:" + std::to_string(subscribers);
    row.unit = Unit::Kibibytes;
    row.bracketed = Bracketed::No;
    row.enter = [size, subscribers](Scene& scene) {
        return std::make_unique<Memory>(scene, size, subscribers);
    };
    rows.push_back(std::move(row));
}

}  // namespace

void add_memory_rows(std::vector<Row>& rows) {
    for (const std::size_t size : {32UL, 1UL << 10, 64UL << 10, 1UL << 20, 8UL << 20})
        add(rows, size, 1);
    add(rows, 32, 16);
}

}  // namespace bench
