#include "polkit.hpp"

#include <cstdint>
#include <stdexcept>

#include <systemd/sd-bus.h>

namespace integration {
namespace {

struct Desk {
    Cue& cue;
    Polkit::Answer answer;
};

int take_question(sd_bus_message* message, void* user, sd_bus_error*) {
    const auto& desk = *static_cast<Desk*>(user);
    const char* kind = nullptr;
    const char* key = nullptr;
    const char* name = nullptr;
    const char* action = nullptr;
    std::uint32_t flags = 0;
    if (::sd_bus_message_read(message, "(sa{sv})s", &kind, 1, &key, "s", &name, &action) < 0 ||
        ::sd_bus_message_skip(message, "a{ss}") < 0 ||
        ::sd_bus_message_read(message, "u", &flags) < 0)
        return -EINVAL;
    desk.cue.stand("asked",
                   std::string{kind} + " " + name + " " + action + " " + std::to_string(flags));
    return ::sd_bus_reply_method_return(message, "(bba{ss})",
                                        desk.answer == Polkit::Answer::Yes ? 1 : 0,
                                        desk.answer == Polkit::Answer::Challenge ? 1 : 0, 0);
}

constexpr sd_bus_vtable methods[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", take_question,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

void check(int result, const char* what) {
    if (result < 0) throw std::runtime_error{what};
}

void serve(Cue& cue, const std::string& address, Polkit::Answer answer) {
    sd_bus* bus = nullptr;
    Desk desk{cue, answer};
    check(::sd_bus_new(&bus), "sd_bus_new");
    check(::sd_bus_set_address(bus, address.c_str()), "address");
    check(::sd_bus_set_bus_client(bus, 1), "client");
    check(::sd_bus_start(bus), "start");
    check(::sd_bus_add_object_vtable(bus, nullptr, "/org/freedesktop/PolicyKit1/Authority",
                                     "org.freedesktop.PolicyKit1.Authority", methods, &desk),
          "object");
    check(::sd_bus_request_name(bus, "org.freedesktop.PolicyKit1", 0), "name");
    cue.tell("serves");
    for (;;) {
        const int result = ::sd_bus_process(bus, nullptr);
        if (result < 0) break;  // the case has ended its bus
        if (result == 0) ::sd_bus_wait(bus, UINT64_MAX);
    }
    ::sd_bus_unref(bus);
}

}  // namespace

Polkit::Polkit(const std::string& address, Answer answer)
    : actor_{"polkit", [address, answer](Cue& cue) { serve(cue, address, answer); }} {
    actor_.expect("serves");
}

}  // namespace integration
