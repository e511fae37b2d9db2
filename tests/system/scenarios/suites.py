"""The other suites on the Debian that the machine is not. Long, so only when asked for."""

import os
import re
import subprocess

import image

# Without the optimizer, which takes most of a build's time: the package next door is built with it.
SUITES = """
mkdir /work && cp -a /tree /work/source && cd /work/source
meson setup build -Dwerror=true -Dservice=false -Dbench=false -Doptimization=0 -Ddebug=false
meson test -C build --print-errorlogs --suite unit --suite integration
"""


def suites(root_image, package, folder):
    """library, daemon, tool and tests build without a warning, and the unit and integration suites pass"""
    tree = os.path.join(package.folder, "tree")
    log = os.path.join(folder, "suites.log")
    with open(log, "w", encoding="utf-8") as out:
        code = subprocess.run([*root_image.builder(f"--bind-ro={tree}:/tree"), "bash", "-ec", SUITES],
                              stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                              timeout=1200).returncode
    with open(log, encoding="utf-8", errors="replace") as file:
        said = file.read()
    assert code == 0, "\n".join(line for line in said.splitlines()
                                if re.search(r"error:|ERROR:|FAIL|TIMEOUT|hangs", line))[-3000:]
    return f"{re.search(r'^Ok: +([0-9]+)', said, re.MULTILINE).group(1)} programs"
