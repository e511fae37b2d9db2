#!/usr/bin/env python3
"""libbus.so exports the public face alone. Arguments: nm and the library."""

import re
import subprocess
import sys

# What the compiler makes for a class, by whatever words, belongs to that class.
MADE_FOR = r"(vtable|VTT|typeinfo|typeinfo name|guard variable|non-virtual thunk|virtual thunk) (for|to) "
PUBLIC = re.compile(rf"^({MADE_FOR})?bus::")
PRIVATE = re.compile(rf"^({MADE_FOR})?bus::(abi|base|shm|wire|src)::")


def main(nm, library):
    symbols = []
    for line in subprocess.run([nm, "-D", "-C", "--defined-only", library], check=True,
                               capture_output=True, text=True).stdout.splitlines():
        _, kind, name = line.split(maxsplit=2)
        if kind != "A":  # a version of the symbol map
            symbols.append(re.sub(r"@@?\S+$", "", name))
    bad = [name for name in symbols if not PUBLIC.match(name) or PRIVATE.match(name)]
    for name in bad:
        print(f"exported and not of the public face: {name}")
    print(f"{len(symbols)} symbols exported")
    return 1 if bad or not symbols else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
