#!/usr/bin/env python3
"""No marks of work put off: it is done, or it is an issue."""

import re
import sys

import sources

MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def main():
    found = 0
    for path in sources.files():
        try:
            text = sources.read(path)
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MARKS.search(line):
                print(f"{path}:{number}: {line.strip()}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
