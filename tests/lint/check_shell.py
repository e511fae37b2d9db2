#!/usr/bin/env python3
"""Every shell script passes shellcheck."""

import re
import subprocess
import sys

import sources

SHELL = re.compile(r"#!\s*/(usr/)?bin/(env )?(ba|da)?sh\b")


def is_shell(path):
    try:
        return path.endswith(".sh") or bool(SHELL.match(sources.read(path)))
    except UnicodeDecodeError:
        return False


def main():
    scripts = [path for path in sources.files() if is_shell(path)]
    print(f"{len(scripts)} shell scripts")
    return subprocess.run(["shellcheck", "--", *scripts], cwd=sources.ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
