// A topic that lives as long as one row is measured.
#pragma once

#include <string>
#include <utility>

#include <bus/error.hpp>
#include <bus/region.hpp>

#include "scene.hpp"

namespace bench {

class Topic {
public:
    // The first side creates it; on return both sides can attach.
    Topic(Scene& scene, std::string name, const bus::TopicOptions& options)
        : scene_{scene}, name_{std::move(name)} {
        if (scene_.first()) scene_.bus().create_topic(name_, options);
        scene_.partner().meet();
    }
    Topic(const Topic&) = delete;
    Topic& operator=(const Topic&) = delete;
    ~Topic() {
        if (!scene_.first()) return;
        try {
            scene_.bus().remove(name_);
        } catch (const bus::Error&) {
            // The row is over; what matters is told by the next one, which creates its topic.
        }
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    Scene& scene_;
    std::string name_;
};

}  // namespace bench
