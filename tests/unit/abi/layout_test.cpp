// The golden bytes: what another process, perhaps of another build, finds in a segment. Whoever
// changes a line here changes what two versions must agree on.
#include "abi/layout.hpp"

#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "abi/service_layout.hpp"
#include "golden.hpp"

namespace bus::abi {
namespace {

TEST_CASE("layout: the magic words read as text in memory") {
    const auto text = [](std::uint64_t magic) {
        char bytes[8];
        std::memcpy(bytes, &magic, sizeof bytes);
        return std::string(bytes, sizeof bytes);
    };
    CHECK(text(roster_magic) == "sbrostr1");
    CHECK(text(publisher_magic) == "shbspub1");
    CHECK(text(subscriber_magic) == "shbssub1");
}

TEST_CASE("layout: the golden bytes of a segment's identity") {
    Placed<SegmentIdentity> identity;
    identity->magic = publisher_magic;
    identity->requires_bits = 0x04030201;
    identity->offers_bits = 0x14131211;
    identity->attachment = 0x2827262524232221;
    identity->bytes = 0x3837363534333231;
    identity->detached = 0x4847464544434241;
    CHECK(dump(identity.get()) ==
          "7368627370756231 0102030411121314 2122232425262728 3132333435363738 4142434445464748 ");
}

TEST_CASE("layout: the golden bytes of a publisher header") {
    Placed<PublisherHeader> header;
    header->identity.magic = publisher_magic;
    header->head = 0x0807060504030201;
    header->skips = 0x1817161514131211;
    header->unused = 0x2827262524232221;
    header->stalls = 0x3837363534333231;
    header->floor = 0x4847464544434241;
    header->sleep.epoch = 0x5857565554535251;
    CHECK(dump(header.get()) ==
          "7368627370756231 " + zeros(7) + "4142434445464748 " + zeros(7) +
              "0102030405060708 1112131415161718 2122232425262728 3132333435363738 " + zeros(4) +
              "5152535455565758 ");
}

TEST_CASE("layout: the golden bytes of a slot header") {
    Placed<SlotHeader> slot;
    slot->stamp = 0x0807060504030201;
    slot->extent = SlotExtent{.size = 0x14131211, .skips = 0x24232221}.pack();
    slot->time = 0x3837363534333231;
    CHECK(dump(slot.get()) == "0102030405060708 1112131421222324 3132333435363738 ");
}

TEST_CASE("slot extent: unpack undoes pack") {
    const auto extent = SlotExtent::unpack(SlotExtent{0xffff'fffe, 0x8000'0001}.pack());
    CHECK(extent.size == 0xffff'fffe);
    CHECK(extent.skips == 0x8000'0001);
}

TEST_CASE("lane: samples taken are those before the cursor less those passed over") {
    Placed<LaneHead> lane;
    CHECK(taken(lane.get()) == 0);
    lane->cursor = 11;
    lane->untaken = 3;
    CHECK(taken(lane.get()) == 7);
}

TEST_CASE("layout: a slot header is the 32 bytes before its payload") {
    CHECK(sizeof(SlotHeader) == 32);
    CHECK(slots_offset == 4096);
    CHECK(skipped_bit == 0x8000'0000'0000'0000);
}

TEST_CASE("layout: the golden bytes of a subscriber header") {
    Placed<SubscriberHeader> header;
    header->identity.magic = subscriber_magic;
    header->identity.bytes = 4096;
    sleep_of(header.get(), 17).epoch = 0x0807060504030201;
    CHECK(dump(header.get()) ==
          "7368627373756231 " + zeros(2) + "0010000000000000 " + zeros(12) + "0102030405060708 ");
}

TEST_CASE("layout: the golden bytes of a lane") {
    Placed<LaneHead> lane;
    lane->publisher = 0x0807060504030201;
    lane->cursor = 0x1817161514131211;
    lane->untaken = 0x2827262524232221;
    lane->unused = 0x3837363534333231;
    lane->missed = 0x4847464544434241;
    CHECK(dump(lane.get()) ==
          "0102030405060708 1112131415161718 2122232425262728 3132333435363738 4142434445464748 ");
    CHECK(holds_per_line == 8);
}

TEST_CASE("layout: the golden bytes of a roster header") {
    Placed<RosterHeader> header;
    header->magic = roster_magic;
    header->requires_bits = 1;
    header->offers_bits = 2;
    header->entries = 0x04030201;
    header->entry_bytes = 128;
    header->next_id = 0x1817161514131211;
    header->change = 0x2827262524232221;
    header->state = static_cast<std::uint32_t>(RegionState::Removed);
    header->generation = 0x3837363534333231;
    header->generation_bytes[0] = 0x4847464544434241;
    header->generation_bytes[1] = 0x5857565554535251;
    header->record.kind = 2;
    CHECK(dump(header.get()) ==
          "7362726f73747231 0100000002000000 0102030480000000 1112131415161718 " + zeros(4) +
              "2122232425262728 0200000000000000 3132333435363738 4142434445464748 "
              "5152535455565758 " +
              zeros(3) + "0200000000000000 ");
}

TEST_CASE("layout: the golden bytes of a region's record") {
    Placed<RegionRecord> record;
    record->kind = 2;
    record->overflow = 1;
    record->fence = 2;
    record->history = 3;
    record->leading = 4;
    record->following = 5;
    record->holds = 6;
    record->slots_asked = 7;
    record->size = 0x1817161514131211;
    record->alignment = 64;
    record->patience = 0x2827262524232221;
    record->owner = 0x34333231;
    record->group = 0x44434241;
    record->mode = 0640;
    record->access_entries = 2;
    record->number = 0x5857565554535251;
    std::memcpy(record->name, "robot", 5);
    std::memcpy(record->type, "Pose", 4);
    std::memcpy(record->bus_id, "0123456789abcdef0123456789abcdef", 32);
    record->access[1] = {0x64636261, static_cast<std::uint16_t>(AccessHolder::Group), 6};
    CHECK(dump(record.get()) ==
          "0200000001000000 0200000003000000 0400000005000000 0600000007000000 "
          "1112131415161718 4000000000000000 2122232425262728 3132333441424344 "
          "a001000002000000 5152535455565758 726f626f74000000 " +
              zeros(31) + "506f736500000000 " + zeros(31) +
              "3031323334353637 3839616263646566 3031323334353637 3839616263646566 " + zeros(1) +
              "6162636402000600 ");
}

TEST_CASE("layout: the golden bytes of a roster entry") {
    Placed<RosterEntry> entry;
    entry->word = EntryWord{0x123456, EntryRole::Publisher, EntryState::Active}.pack();
    entry->pid = 0x04030201;
    entry->uid = 0x14131211;
    entry->segment_bytes = 0x2827262524232221;
    entry->token = 0x3837363534333231;
    entry->late = 0x4847464544434241;
    entry->waker = static_cast<std::uint32_t>(EntryWaker::EventFd);
    std::memcpy(entry->peer, ":1.42", 5);
    CHECK(dump(entry.get()) ==
          "1256341200000000 0102030411121314 2122232425262728 3132333435363738 "
          "4142434445464748 0200000000000000 3a312e3432000000 ");
}

TEST_CASE("layout: the golden bytes of a server's segment") {
    Placed<ServerHeader> header;
    header->identity.magic = server_magic;
    header->identity.attachment = 0x1817161514131211;
    header->identity.bytes = 4096;
    header->sleep.epoch = 0x2827262524232221;
    header->taken = 0x3837363534333231;
    header->responded = 0x4847464544434241;
    header->refused = 0x5857565554535251;
    CHECK(dump(header.get()) == "7368627373727631 0000000000000000 1112131415161718 " +
                                    std::string{"0010000000000000 "} + zeros(4) +
                                    "2122232425262728 " + zeros(7) +
                                    "3132333435363738 4142434445464748 5152535455565758 ");
}

TEST_CASE("layout: the golden bytes of an exchange") {
    Placed<ExchangeHeader> header;
    header->identity.magic = exchange_magic;
    header->identity.attachment = 0x1817161514131211;
    header->identity.bytes = 8192;
    header->sleep.epoch = 0x2827262524232221;
    header->sent = 0x3837363534333231;
    header->taken = 0x4847464544434241;
    header->responded = 0x5857565554535251;
    header->refused = 0x6867666564636261;
    CHECK(dump(header.get()) ==
          "7368627365786331 0000000000000000 1112131415161718 0020000000000000 " + zeros(4) +
              "2122232425262728 " + zeros(7) + "3132333435363738 " + zeros(7) +
              "4142434445464748 5152535455565758 6162636465666768 ");
}

TEST_CASE("layout: the golden bytes of a request") {
    Placed<RequestHeader> header;
    header->stamp = request_stamp(0x123456, RequestState::Refused);
    header->content = RequestContent{0x04030201, 0x14131211}.pack();
    CHECK(dump(header.get()) == "b3a2910000000000 0102030411121314 ");
}

TEST_CASE("entry word: it packs number, role and state into one integer") {
    CHECK(EntryWord{1, EntryRole::Publisher, EntryState::Attached}.pack() == 0x111);
    CHECK(EntryWord{0xabcdef, EntryRole::Subscriber, EntryState::Evicted}.pack() == 0xabcdef24);
    CHECK(EntryWord{}.pack() == 0);
}

TEST_CASE("entry word: unpack undoes pack") {
    const std::uint64_t largest = (std::uint64_t{1} << 56) - 1;
    for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{255},
                                   std::uint64_t{256}, std::uint64_t{0x1'0000'0000}, largest})
        for (const auto role : {EntryRole::None, EntryRole::Publisher, EntryRole::Subscriber})
            for (const auto state : {EntryState::Free, EntryState::Attached, EntryState::Active,
                                     EntryState::Departed, EntryState::Evicted}) {
                const auto word = EntryWord::unpack(EntryWord{id, role, state}.pack());
                CHECK(word.id == id);
                CHECK(word.role == role);
                CHECK(word.state == state);
            }
}

}  // namespace
}  // namespace bus::abi
