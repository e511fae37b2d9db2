#!/usr/bin/env python3
"""The C++ programs in README.md compile as they stand there. Arguments: the compiler."""

import re
import sys

import check_headers
import sources


def main(compiler):
    programs = re.findall(r"^```cpp\n(.*?)^```$", sources.read("README.md"),
                          re.DOTALL | re.MULTILINE)
    bad = [number for number, text in enumerate(programs, 1)
           if not check_headers.compiles(compiler, text, f"README.md, program {number}")]
    print(f"{len(programs)} programs in README.md, {len(bad)} do not compile")
    return 1 if bad or not programs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
