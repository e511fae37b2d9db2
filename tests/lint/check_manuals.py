#!/usr/bin/env python3
"""Manual pages format without a warning, and nothing in them was left to be filled in. Arguments: the
pages."""

import re
import subprocess
import sys

# All warnings but those of a line that cannot be filled, which every terminal of another width has.
GROFF = ["groff", "-man", "-ww", "-Wbreak", "-K", "utf8", "-T", "utf8", "-z"]


def main(pages):
    bad = 0
    for page in pages:
        said = subprocess.run([*GROFF, page], capture_output=True, text=True).stderr
        with open(page, encoding="utf-8") as file:
            said += "".join(f"{page}: {word} was not filled in\n"
                            for word in re.findall(r"@\w+@", file.read()))
        print(said, end="")
        bad += bool(said)
    print(f"{len(pages)} manual pages, {bad} with faults")
    return 1 if bad or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
