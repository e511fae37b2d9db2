// Both ends of a service's exchange over memory in which the other end writes anything, also
// between two looks: each stays within it, lends no slot twice, and comes to an end.
#include <set>

#include "flips.hpp"
#include "script.hpp"
#include "unit/evil.hpp"
#include "unit/shm/exchange_fixture.hpp"
#include "verdict.hpp"

namespace {

using bus::shm::ClientExchange;
using fuzz::require;

class Scene {
public:
    Scene(std::uint32_t depth, fuzz::Script& script)
        : exchange_{depth}, script_{script}, flips_{script.split()} {
        flips_.watch(exchange_.memory.data(), exchange_.memory.size());
    }
    void act() {
        flips_.set_around(bus::abi::request_stamp(sent_, bus::abi::RequestState::Requested));
        switch (script_.choose(9)) {
            case 0:
                return scribble();
            case 1:
                return deface_slot();
            case 2:
                exchange_.header().sent = evil();
                return;
            case 3:
                return claim();
            case 4:
                return send();
            case 5:
                return look();
            case 6:
                return give_back();
            case 7:
                return take();
            default:
                return answer();
        }
    }

private:
    std::uint64_t evil() {
        const auto state = static_cast<bus::abi::RequestState>(script_.choose(8));
        return bus::evil(script_, bus::abi::request_stamp(sent_, state));
    }
    void scribble() {
        auto* words = reinterpret_cast<std::uint64_t*>(exchange_.memory.data());
        words[script_.number<std::uint16_t>() % (exchange_.memory.size() / sizeof *words)] = evil();
    }
    void deface_slot() {
        auto& slot = exchange_.slot(any_slot());
        (script_.choose(2) == 0 ? slot.stamp : slot.content) = evil();
    }
    std::uint32_t any_slot() {
        return static_cast<std::uint32_t>(script_.choose(exchange_.geometry.slots));
    }
    static std::uint32_t one_of(const std::set<std::uint32_t>& slots, std::size_t which) {
        return *std::next(slots.begin(), static_cast<std::ptrdiff_t>(which));
    }
    void check_slot(std::uint32_t slot) const {
        require(slot < exchange_.geometry.slots, "a slot is none of the exchange's");
    }

    // The client's end.
    void claim() {
        const auto slot = exchange_.client.claim();
        if (slot == ClientExchange::none) return;
        check_slot(slot);
        require(sent_slots_.count(slot) == 0 && lent_.insert(slot).second, "a slot is lent twice");
    }
    void send() {
        if (lent_.empty()) return;
        const auto slot = one_of(lent_, script_.choose(lent_.size()));
        exchange_.client.send(slot, script_.number<std::uint8_t>() % (exchange_.geometry.size + 1));
        lent_.erase(slot);
        sent_slots_.insert(slot);
        ++sent_;
    }
    void look() {
        static_cast<void>(exchange_.client.any_answer());
        static_cast<void>(exchange_.client.has_room());
        const auto slot = any_slot();
        const auto answer = exchange_.client.look(slot);
        if (answer.look == ClientExchange::Look::Nothing) return;
        require(sent_slots_.erase(slot) == 1, "an answer comes to what was not asked");
        require(answer.size <= exchange_.geometry.size, "an answer is larger than the service's");
        lent_.insert(slot);
    }
    void give_back() {
        auto& slots = script_.choose(2) == 0 ? lent_ : sent_slots_;
        if (slots.empty()) return;
        const auto slot = one_of(slots, script_.choose(slots.size()));
        exchange_.client.give_back(slot);
        slots.erase(slot);
    }

    // The server's end.
    void take() {
        static_cast<void>(exchange_.server.ready());
        static_cast<void>(exchange_.server.pending());
        const auto taken = exchange_.server.take();
        if (taken.payload == nullptr) return;
        check_slot(taken.slot);
        require(taken.size <= exchange_.geometry.size, "a request is larger than the service's");
        require(exchange_.memory.contains(taken.payload, exchange_.geometry.size),
                "a request lies outside");
        require(in_hand_.insert(taken.slot).second, "a request is taken that is in hand");
        require(exchange_.server.in_hand() == in_hand_.size(), "requests in hand are miscounted");
    }
    void answer() {
        if (in_hand_.empty()) return;
        const auto slot = one_of(in_hand_, script_.choose(in_hand_.size()));
        const auto size = script_.number<std::uint8_t>() % (exchange_.geometry.size + 1);
        if (script_.choose(2) == 0)
            exchange_.server.respond(slot, static_cast<std::uint32_t>(size));
        else
            exchange_.server.refuse(slot, script_.number<std::uint32_t>(), script_.text());
        in_hand_.erase(slot);
    }

    bus::shm::TestExchange exchange_;
    fuzz::Script& script_;
    fuzz::Flips flips_;
    std::set<std::uint32_t> lent_;
    std::set<std::uint32_t> sent_slots_;
    std::set<std::uint32_t> in_hand_;
    std::uint64_t sent_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    const auto depth = static_cast<std::uint32_t>(1 + script.choose(80));
    Scene scene{depth, script};
    while (!script.ended()) scene.act();
    return 0;
}
