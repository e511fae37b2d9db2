// The survivors of a topic: a publisher, a subscriber that looks, and where wanted one that sleeps;
// and what they can tell of a victim's death.
#pragma once

#include <cstdint>
#include <optional>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "cargo.hpp"
#include "operation.hpp"

namespace adversity {

inline constexpr const char* topic = "topic";
inline constexpr std::uint64_t witness = 0;  // sends the survivors' own cargo; victims have 1, ...

// A subscriber in a process of its own, asleep whenever there is nothing to take.
class Sleeper {
public:
    explicit Sleeper(const integration::Stage& stage);
    void await_asleep() const;
    // What it got of this sender, once it has the witness's cargo of this number.
    [[nodiscard]] std::uint64_t newest_of(std::uint64_t sender, std::uint64_t number);

private:
    const integration::Stage& stage_;
    integration::Actor actor_;
};

enum class Asleep { Nobody, Somebody };

[[nodiscard]] bus::TopicOptions small_topic(bus::Overflow overflow);

class TopicPlay : public Operation {
protected:
    TopicPlay(const integration::Stage& stage, const bus::TopicOptions& options, Asleep asleep);

    [[nodiscard]] const integration::Stage& stage() const noexcept { return stage_; }
    [[nodiscard]] bool lossless() const noexcept { return overflow_ == bus::Overflow::Block; }
    [[nodiscard]] std::uint32_t slots() const noexcept { return slots_; }
    // The witness publishes.
    void publish(std::uint64_t count);
    // The subscriber takes what is there.
    void take_rest() { integration::take_rest(feed_, ledger_); }
    void take_until(std::uint64_t sender, std::uint64_t number) {
        integration::take_until(feed_, ledger_, sender, number);
    }
    // The witness publishes and the subscriber takes so many, in turn: nobody keeps them waiting,
    // and nothing is lost.
    void go_on(std::uint64_t count);
    // Waits until the survivors know that nobody else is in the topic.
    void await_alone();
    void await_sleeper() const;
    // How far every survivor has got with this sender, which must be the same; what they have is
    // whole and in order, and in a lossless topic without a gap.
    [[nodiscard]] std::uint64_t newest_of(std::uint64_t sender);

private:
    const integration::Stage& stage_;
    bus::Overflow overflow_;
    bus::Connection connection_;
    bus::BytesPublisher publisher_;
    bus::BytesSubscriber feed_;
    integration::Ledger ledger_;
    std::uint32_t slots_ = 0;
    std::uint64_t sent_ = 0;
    std::optional<Sleeper> sleeper_;
};

}  // namespace adversity
