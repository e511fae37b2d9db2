// Who joins or leaves a topic dies in the middle of it: in libbus, in the bus library, between two
// calls of the daemon.
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "operation.hpp"
#include "topic_play.hpp"

using namespace adversity;

namespace {

template <class Member>
class Join final : public TopicPlay {
public:
    explicit Join(const integration::Stage& stage)
        : TopicPlay{stage, small_topic(bus::Overflow::Block), Asleep::Nobody} {}

    void perform(std::uint64_t, const Mark& mark) override {
        auto connection = stage().connect();
        static_cast<void>(connection.contains(topic));  // it is connected before its mark
        mark();
        const Member member{connection, topic};
        mark();
    }
    void judge(std::uint64_t, const Victim&) override {
        go_on(slots() + 1);
        await_alone();
    }
};

template <class Member>
class Leave final : public TopicPlay {
public:
    explicit Leave(const integration::Stage& stage)
        : TopicPlay{stage, small_topic(bus::Overflow::Block), Asleep::Nobody} {}

    void perform(std::uint64_t run, const Mark& mark) override {
        std::optional<Member> member{std::in_place, stage().connect(), topic};
        if constexpr (std::is_same_v<Member, bus::BytesPublisher>)
            integration::publish_cargo(*member, run, 1, published);
        mark();
        member.reset();
        mark();
    }
    void judge(std::uint64_t run, const Victim&) override {
        if (std::is_same_v<Member, bus::BytesPublisher>) take_until(run, published);
        go_on(slots() + 1);
        await_alone();
    }

private:
    static constexpr std::uint64_t published = 3;
};

template <class Act>
Case act(const char* name) {
    return {name, [](const auto& stage) { return std::make_unique<Act>(stage); }};
}

}  // namespace

TEST_CASE("crash: join as publisher") {
    check(act<Join<bus::BytesPublisher>>("join as publisher"));
}
TEST_CASE("crash: join as subscriber") {
    check(act<Join<bus::BytesSubscriber>>("join as subscriber"));
}
TEST_CASE("crash: leave as publisher") {
    check(act<Leave<bus::BytesPublisher>>("leave as publisher"));
}
TEST_CASE("crash: leave as subscriber") {
    check(act<Leave<bus::BytesSubscriber>>("leave as subscriber"));
}
