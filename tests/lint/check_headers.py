#!/usr/bin/env python3
"""Each public header compiles alone, and twice, under strict warnings. Arguments: the compiler."""

import os
import subprocess
import sys

import sources

# As meson.build has it, a designated initialiser may leave a member to its default.
STRICT = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
          "-Wshadow", "-Wold-style-cast", "-Wno-missing-field-initializers", "-Werror"]


def compiles(compiler, text, name):
    """Whether `text` compiles against the public headers alone; says why not on stderr."""
    command = [*compiler, *STRICT, "-I", os.path.join(sources.ROOT, "libbus/include"),
               "-x", "c++", "-"]
    run = subprocess.run(command, input=text, text=True, capture_output=True)
    if run.returncode:
        print(f"{name} does not compile alone:\n{run.stderr}", file=sys.stderr)
    return run.returncode == 0


def main(compiler):
    headers = [path.removeprefix("libbus/include/") for path in sources.public_headers()]
    bad = [h for h in headers if not compiles(compiler, f"#include <{h}>\n" * 2, h)]
    print(f"{len(headers)} public headers, {len(bad)} do not compile alone")
    return 1 if bad or not headers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
