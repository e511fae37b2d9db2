#!/usr/bin/env python3
"""SECURITY.md names tests that there are: in backticks, a case as `"its name"`, a program or a folder by its
path."""

import os
import re
import sys

import sources

CASE = re.compile(r'`"([^`]+)"`')
PATH = re.compile(r"`((?:tests|systemd|libbus|daemon)/[^`\s]*)`")
# Names of more than one line are literals side by side.
DOCTEST = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', re.DOTALL)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
SCENARIO = re.compile(r'^def \w+\(.*?\):\n\s+"""(.*?)"""', re.DOTALL | re.MULTILINE)


def cases_in(text):
    """Names of the cases of a doctest program or of a file of scenarios."""
    names = {"".join(LITERAL.findall(found)).replace('\\"', '"') for found in DOCTEST.findall(text)}
    return names | {" ".join(found.split()).rstrip(".") for found in SCENARIO.findall(text)}


def all_cases():
    names = set()
    for path in sources.files():
        if path.startswith("tests/") and path.endswith(("_test.cpp", ".py", "_test.hpp")):
            names |= cases_in(sources.read(path))
    return names


def missing(text, names, exists):
    """What the text names and there is not."""
    unwrapped = re.sub(r"\s*\n\s*", " ", text)
    return ([name for name in CASE.findall(unwrapped) if name not in names] +
            [path for path in PATH.findall(unwrapped) if not exists(path)])


def main():
    text = sources.read("SECURITY.md")
    found = missing(text, all_cases(), lambda path: os.path.exists(os.path.join(sources.ROOT, path)))
    for name in found:
        print(f"SECURITY.md: there is no {name}")
    named = len(CASE.findall(text))
    print(f"SECURITY.md names {named} cases, {len(found)} things that are not there")
    return 1 if found or named == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
