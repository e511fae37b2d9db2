#!/usr/bin/env python3
"""Neither the library nor the daemon's domain reads a clock that an administrator or NTP can set: so none
of their waits can become longer or shorter when it jumps."""

import re
import sys

import sources

# What there is of it in C and C++. sem_clockwait, timerfd_create and the like take the clock's
# name, which is CLOCK_REALTIME or another.
SETTABLE = re.compile(r"\b(CLOCK_REALTIME|CLOCK_TAI|system_clock|utc_clock|file_clock|sem_timedwait|gettimeofday|"
                      r"pthread_cond_timedwait|pthread_mutex_timedlock|ftime)\b|"
                      r"(?<!\w)::time\(|\btime\((NULL|nullptr|0)\)")

# What may name one: it tells people when the daemon was started, and waits for nothing.
TELLS = {"daemon/own_process.hpp", "libbus/include/bus/activity.hpp", "libbus/src/activity.cpp"}


def faults(text):
    """Numbers of the lines of C++ that read one."""
    return [number for number, line in enumerate(text.splitlines(), 1)
            if SETTABLE.search(line.split("//")[0])]


def main():
    paths = [path for path in sources.cpp_files()
             if path.startswith(("libbus/", "daemon/")) and path not in TELLS]
    found = [f"{path}:{number}" for path in paths for number in faults(sources.read(path))]
    for place in found:
        print(f"{place}: reads a clock that can be set")
    print(f"{len(paths)} files, {len(found)} such places")
    return 1 if found or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
