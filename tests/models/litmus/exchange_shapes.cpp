// A slot of an exchange goes from the client to the server and back: ClientExchange,
// ServerExchange, and the inline steps of ClientEnd and ServedEnd.
#include "checker.hpp"
#include "shm/exchange.hpp"
#include "shm/format.hpp"

namespace litmus {
namespace {

bus::abi::Geometry geometry() {
    bus::abi::Geometry geometry;
    geometry.kind = bus::Kind::Service;
    geometry.leading = geometry.following = 1;
    geometry.slots = 2;
    geometry.size = geometry.alignment = 32;
    return geometry;
}

template <class Derived>
class Exchange : public Suite<Derived> {
protected:
    void lay_out() {
        bus::shm::format_segment(bus::Role::Client, segment(0), geometry(), 1);
        name(&client.shared().header().sent, "sent");
        for (std::uint32_t slot = 0; slot < client.shared().count(); ++slot)
            name(&client.shared().at(slot).stamp, "stamp");
    }

    bus::shm::ClientExchange client{segment(0), geometry()};
    bus::shm::ServerExchange server{segment(0), geometry()};
    rl::var<int> payloads[2];
};

// ClientEnd::send, has_response; ServerExchange::take, ServedEnd::take, respond.
struct InPlace final : Exchange<InPlace> {
    void before() { lay_out(); }
    void thread(unsigned index) {
        if (index == 0) {
            const auto slot = client.claim();
            payloads[slot]($) = 1;
            client.send(slot, 4);
            if (!client.end().has_response(slot)) return;
            RL_ASSERT(payloads[slot]($) == 2);
            payloads[slot]($) = 3;  // it is the client's again
            return;
        }
        const auto taken = server.take();
        if (taken.payload == nullptr) return;
        RL_ASSERT(payloads[taken.slot]($) == 1);
        payloads[taken.slot]($) = 2;
        server.respond(taken.slot, 4);
    }
};

// Who has read the count finds what it counts, in whichever slot. ClientEnd::send;
// ServerExchange::pending, refresh, scan.
struct Counted final : Exchange<Counted> {
    void before() {
        lay_out();
        static_cast<void>(client.claim());  // the one where the server looks first
    }
    void thread(unsigned index) {
        if (index == 0) return client.send(client.claim(), 4);
        if (server.pending()) RL_ASSERT(server.take().payload != nullptr);
    }
};

}  // namespace

std::vector<Shape> exchange_shapes() {
    constexpr auto acquire = std::memory_order_acquire;
    constexpr auto release = std::memory_order_release;
    constexpr auto relaxed = std::memory_order_relaxed;
    const auto weaker = [](std::string_view what, Fails fails, const Weaker& change) {
        return Variant{.what = what, .fails = fails, .weaker = {change}};
    };
    return {
        {"send, take; respond, has_response",
         &rl::simulate<InPlace>,
         {{.what = "a slot is with one end at a time"},
          weaker("request stamped relaxed", Fails::Race,
                 {"stamp", Access::Store, release, relaxed, Thread::First}),
          weaker("request's stamp loaded relaxed", Fails::Race,
                 {"stamp", Access::Load, acquire, relaxed, Thread::Second}),
          weaker("response stamped relaxed", Fails::Race,
                 {"stamp", Access::Store, release, relaxed, Thread::Second}),
          weaker("response's stamp loaded relaxed", Fails::Race,
                 {"stamp", Access::Load, acquire, relaxed, Thread::First})}},
        {"send, refresh, scan",
         &rl::simulate<Counted>,
         {{.what = "what is counted is found"},
          weaker("count stored relaxed", Fails::Wrong, {"sent", Access::Store, release, relaxed}),
          weaker("count loaded relaxed", Fails::Wrong, {"sent", Access::Load, acquire, relaxed})}},
    };
}

}  // namespace litmus
