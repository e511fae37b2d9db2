// A publisher whose one subscriber says anything in its lane and its holds, also between two looks:
// it stays within its memory, and a second, honest subscriber feels nothing of it.
#include <array>
#include <optional>
#include <vector>

#include "fences.hpp"
#include "flips.hpp"
#include "script.hpp"
#include "unit/evil.hpp"
#include "unit/shm/ring_fixture.hpp"
#include "verdict.hpp"

namespace {

using bus::Overflow;
using bus::shm::RingReader;
using bus::shm::TestTopic;
using fuzz::require;

class Scene {
public:
    Scene(const bus::abi::Shape& shape, fuzz::Script& script)
        : overflow_{shape.overflow},
          topic_{shape},
          honest_{topic_.join(RingReader::Start::First)},
          hostile_{topic_.join(RingReader::Start::First)},
          script_{script},
          flips_{script.split()} {
        auto* lane = reinterpret_cast<std::byte*>(&hostile_.lane());
        flips_.watch(lane, topic_.geometry.lane_bytes());
        flips_.watch(reinterpret_cast<std::byte*>(&hostile_.sleep()), sizeof(bus::abi::Sleep));
        auto& end = topic_.writer.end();
        end.change = &change_;
        if (shape.fence == bus::Fence::Asymmetric) end.full = topic_.geometry.size;
        end.epochs = epochs_.data();
        end.epochs_end = epochs_.data() + epochs_.size();
    }
    void act() {
        flips_.set_around(topic_.writer.next());
        switch (script_.choose(8)) {
            case 0:
                hostile_.lane().cursor = evil();
                return;
            case 1:
                hostile_.lane().publisher =
                    script_.choose(2) == 0 ? TestTopic::publisher_id : evil();
                return;
            case 2:
                for (auto& hold : hostile_.holds()) hold = evil();
                return;
            case 3:
                return take();
            case 4:
                if (!honest_.held().empty()) honest_.release(script_.choose(honest_.held().size()));
                return;
            case 5:
                loan();
                return;
            case 6:
                return settle_loan();
            default:
                return publish();
        }
    }

private:
    std::uint64_t evil() { return bus::evil(script_, topic_.writer.next()); }

    void check_held() {
        for (const auto& taken : honest_.held()) {
            std::uint64_t value = 0;
            std::memcpy(&value, taken.payload, sizeof value);
            require(topic_.intact(taken.payload, value) && value == values_.at(taken.sequence),
                    "a held sample has changed");
        }
    }
    // As <bus/publisher.hpp> does it in the application, and through the library.
    bus::shm::RingWriter::Claim claim_inline() {
        auto& end = topic_.writer.end();
        auto* lent = end.lend();
        return lent == nullptr ? topic_.loan() : bus::shm::RingWriter::Claim{lent, end.next - 1};
    }
    void loan() {
        const auto claim = script_.choose(2) == 0 ? topic_.loan() : claim_inline();
        if (claim.sequence == 0) {
            // Overwriting waits for nobody but its own loans.
            require(overflow_ == Overflow::Block || !loans_.empty(), "a publisher has to wait");
            return;
        }
        require(topic_.segment.contains(claim.payload, topic_.geometry.size),
                "a loan lies outside");
        loans_.push_back(claim);
        values_.resize(std::max<std::size_t>(values_.size(), claim.sequence + 1));
        topic_.fill(claim.payload, ++last_);
        values_[claim.sequence] = last_;
        check_held();
    }
    void settle_loan() {
        if (loans_.empty()) return;
        const auto which = script_.choose(loans_.size());
        const auto claim = loans_[which];
        loans_.erase(loans_.begin() + static_cast<std::ptrdiff_t>(which));
        if (script_.choose(4) == 0)
            topic_.writer.give_back(claim.payload, claim.sequence);
        else if (topic_.writer.end().publish(claim.payload, topic_.geometry.size))
            static_cast<void>(topic_.writer.end().somebody_waits());
        else
            topic_.writer.publish(claim.payload, claim.sequence,
                                  static_cast<std::uint32_t>(topic_.geometry.size), 0);
    }
    void publish() {
        loan();
        if (!loans_.empty()) settle_loan();
    }
    void take() {
        const auto before = newest_;
        if (!honest_.take()) return;
        const auto& taken = honest_.held().back();
        newest_ = taken.sequence;
        require(newest_ > before, "a sample comes twice");
        check_held();
        if (overflow_ == Overflow::Block)
            require(honest_.ring().missed() == 0, "a lossless sample is missed");
    }

    Overflow overflow_;
    TestTopic topic_;
    bus::shm::TestReader& honest_;
    bus::shm::TestReader& hostile_;
    fuzz::Script& script_;
    fuzz::Flips flips_;
    const bus::abi::Word change_{0};
    std::array<const bus::abi::Word*, 2> epochs_{&honest_.sleep().epoch, &hostile_.sleep().epoch};
    std::vector<bus::shm::RingWriter::Claim> loans_;
    std::vector<std::uint64_t> values_;  // by sequence
    std::uint64_t last_ = 0;
    std::uint64_t newest_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    auto shape =
        bus::shm::small_topic(script.choose(2) == 0 ? Overflow::Block : Overflow::Overwrite);
    shape.fence = fuzz::choose_fence(shape.overflow, script);
    Scene scene{shape, script};
    while (!script.ended()) scene.act();
    return 0;
}
