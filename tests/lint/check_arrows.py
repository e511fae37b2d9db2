#!/usr/bin/env python3
"""Which room may include what: HOUSE section 2's table as data; fails on a breach.

Kinds of include: std, libc (the C library and the kernel), one for each third party, one for each
room. A room may always include itself.
"""

import os
import re
import sys

import sources

# The first match gives a file its room.
FACES = ("manager_object region_object answer authority callers deferred service event_loop fd_store "
         "journal log main refusal supervisor unit").split()
ROOMS = [
    ("API", r"libbus/include/bus/"),
    ("ABI", r"libbus/abi/"),
    ("BASE", r"libbus/base/"),
    ("SHM", r"libbus/shm/"),
    ("WIRE", r"libbus/wire/"),
    ("CLIENT", r"libbus/src/"),
    ("FACES", r"daemon/(%s)\.[ch]pp$" % "|".join(FACES)),
    ("DOMAIN", r"daemon/"),
    ("BENCH", r"tools/bench/"),
    ("EXAMPLES", r"tools/examples/"),
    ("TOOLS", r"tools/"),
]

# The table. ERROR is <bus/error.hpp> and WORDS are <bus/region.hpp>, <bus/access.hpp> and <bus/quota.hpp>,
# the public headers that are data alone; ENDS are <bus/ring_end.hpp> and <bus/exchange_end.hpp>,
# the usual steps, which are inline in applications; ROSTER is what the daemon needs of SHM too: format, geometries, roster. What is not named is not allowed.
MAY = {
    "API": "std API ERROR WORDS ENDS",
    "ABI": "std ERROR",
    "BASE": "std libc boost.interprocess ERROR",
    "SHM": "std ABI BASE ROSTER ENDS",
    "WIRE": "std ABI BASE sdbus",
    "CLIENT": "std libc API ERROR WORDS ENDS WIRE SHM ROSTER ABI BASE",
    "DOMAIN": "std libc ROSTER ABI BASE",
    "FACES": "std libc DOMAIN WIRE BASE sdbus systemd spdlog",
    "BENCH": "std libc API ERROR WORDS boost.interprocess systemd json",
    "TOOLS": "std libc API ERROR WORDS ABI BENCH cli11 json fmt ncurses",
    "EXAMPLES": "std libc API ERROR WORDS",
}

# What the table leaves open, each with its reason.
ALSO = [
    ("API", "libc:sys/types.h", "uid_t, gid_t and mode_t are the words of access"),
    ("ABI", "WORDS", "enums and aggregates, no code: what a geometry is derived from"),
    ("BASE", "acl", "a semaphore's name carries an ACL"),
    ("BASE", "WORDS", "enums and aggregates, no code"),
    ("SHM", "ERROR", "enums and aggregates, no code"),
    ("SHM", "WORDS", "enums and aggregates, no code"),
    ("SHM", "libc", "the waker polls and drains its descriptor"),
    ("WIRE", "ERROR", "maps it to D-Bus and back"),
    ("WIRE", "WORDS", "enums and aggregates, no code"),
    ("WIRE", "libc", "a descriptor is duplicated where it crosses"),
    ("WIRE", "systemd", "object paths are encoded as systemd encodes them"),
    ("CLIENT", "sdbus", "holds the proxies that WIRE generates"),
    ("DOMAIN", "SHM:shm/waker.hpp", "the daemon makes the wakers that it hands out"),
    ("DOMAIN", "SHM:shm/region_lock.hpp", "the daemon frees the lock of a holder that has gone"),
    ("DOMAIN", "ERROR", "enums and aggregates, no code"),
    ("DOMAIN", "WORDS", "enums and aggregates, no code"),
    ("DOMAIN", "inih", "config reads *.region files"),
    ("FACES", "ERROR", "answers by it"),
    ("FACES", "WORDS", "enums and aggregates, no code"),
    ("FACES", "ABI", "the names on the bus are ABI"),
    ("FACES", "cli11", "main's options"),
]

# What is open to these files of a room and to no other, each with its reason.
OPEN_TO = [
    ("libbus/include/bus/shared_types.hpp", "boost.interprocess",
     "containers whose references hold wherever a region is mapped; outside the umbrella"),
]

STD = set("""
    algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts
    condition_variable coroutine deque exception execution filesystem format forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits
    list locale map memory memory_resource mutex new numbers numeric optional ostream queue random
    ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack
    stdexcept stop_token streambuf string string_view strstream syncstream system_error thread tuple
    type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
    cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef
    cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype immintrin.h
    """.split())

THIRD_PARTY = [
    ("boost.interprocess", r"boost/interprocess/"),
    ("boost", r"boost/"),
    ("sdbus", r"sdbus-c\+\+/"),
    ("systemd", r"systemd/"),
    ("spdlog", r"spdlog/"),
    ("fmt", r"fmt/"),
    ("cli11", r"CLI/"),
    ("json", r"nlohmann/"),
    ("doctest", r"doctest(/|\.h$)"),
    ("acl", r"(sys/acl\.h|acl/)"),
    ("inih", r"(INIReader|ini)\.h$"),
    ("ncurses", r"(curses|term)\.h$"),
    ("seccomp", r"seccomp\.h$"),
]

PRIVATE = [
    ("ABI", r"abi/"),
    ("BASE", r"base/"),
    ("ROSTER", r"shm/(derive|format|roster)\.hpp$"),
    ("SHM", r"shm/"),
    ("WIRE", r"(wire/|(manager|region)_(adaptor|proxy)\.hpp$)"),
    ("CLIENT", r"src/"),
    ("FACES", r"daemon/(%s)\.hpp$" % "|".join(FACES)),
    ("DOMAIN", r"daemon/"),
    ("BENCH", r"bench/"),
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
BAD_NAME = re.compile(r"^(util|utils|helper|helpers|common|detail)(\.|$)")
CLOCK = re.compile(r"_clock\s*::\s*now|\bclock_gettime\b|\bgettimeofday\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)")


def first(rules, text):
    return next((name for name, pattern in rules if re.match(pattern, text)), None)


def room_of(path):
    return first(ROOMS, path)


def kind_of(path, mark, target):
    """What an include is, or None for what nobody knows."""
    if mark == '"':
        known = first(PRIVATE, target)
        if known or "/" in target:
            return known
        return room_of(path)  # a neighbour
    if target == "bus/error.hpp":
        return "ERROR"
    if target in ("bus/ring_end.hpp", "bus/exchange_end.hpp"):
        return "ENDS"
    if target in ("bus/region.hpp", "bus/access.hpp", "bus/quota.hpp"):
        return "WORDS"
    if target.startswith("bus/"):
        return "API"
    if target in STD:
        return "std"
    third = first(THIRD_PARTY, target)
    if third:
        return third
    return "libc" if target.endswith(".h") else None


def allowed(path, kind, target):
    room = room_of(path)
    if kind == room or kind in MAY[room].split():
        return True
    if room == "FACES" and kind == "DOMAIN" or room == "SHM" and kind == "ROSTER":
        return True
    return any(where in (room, path) and what in (kind, f"{kind}:{target}")
               for where, what, _ in ALSO + OPEN_TO)


def breaches(path, text):
    """Sentences, one a breach, of one file."""
    found = []
    for part in path.split("/"):
        if BAD_NAME.match(part):
            found.append(f"{path}: a file is named after its one noun, not '{part}'")
    room = room_of(path)
    if room is None:
        return found
    code = COMMENT.sub("", text)
    for mark, target in INCLUDE.findall(code):
        kind = kind_of(path, mark, target)
        shown = f"<{target}>" if mark == "<" else f'"{target}"'
        if kind is None:
            found.append(f"{path}: {room} includes {shown}, which belongs to nobody known")
        elif not allowed(path, kind, target):
            found.append(f"{path}: {room} must not include {shown} ({kind})")
    if room == "SHM" and CLOCK.search(code):
        found.append(f"{path}: SHM reads a clock; time is an argument")
    return found


def descriptor_breaches(texts):
    """sdbus's descriptor type has one file, in WIRE. `texts` maps paths to contents."""
    users = [path for path, text in sorted(texts.items())
             if room_of(path) and re.search(r"\bUnixFd\b", COMMENT.sub("", text))]
    found = [f"{path}: sdbus::UnixFd belongs in WIRE's fd bridge" for path in users
             if room_of(path) != "WIRE"]
    if len(users) > 1:
        found.append("sdbus::UnixFd appears in more than one file: " + " ".join(users))
    return found


def main():
    texts = {path: sources.read(path) for path in sources.cpp_files()}
    found = [breach for path, text in texts.items() for breach in breaches(path, text)]
    found += descriptor_breaches(texts)
    # A table that watches an empty room watches nothing.
    found += [f"no file is in {room}; has it moved?" for room, _ in ROOMS
              if not any(room_of(path) == room for path in texts)]
    print("\n".join(found) or f"{len(texts)} files keep to the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
