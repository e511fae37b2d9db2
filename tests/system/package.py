"""The Debian packages of this tree, built in an image, and the actor of the scenarios, built against the
library in them as any application would be."""

import glob
import os
import shutil
import subprocess
import sys

import image

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/lint"))
import sources  # noqa: E402

ACTOR = ["tests/system/actor.cpp", "tests/system/stream.cpp", "tests/system/killer.cpp",
         "tests/system/intrusion.cpp", "tests/integration/cargo.cpp", "tests/integration/intruder.cpp",
         "tests/integration/wire_client.cpp"]

BUILD = """
export DEB_BUILD_PROFILES=nocheck DEB_CXXFLAGS_STRIP=-g
export DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)"
mkdir /work && cp -a /tree /work/source && cd /work/source
dpkg-buildpackage -us -uc -b
cp /work/*.deb /work/*.changes /work/*.buildinfo /out
dpkg -i /work/libbus0_*.deb /work/libbus-dev_*.deb
g++ -std=c++20 -O2 -Itests/integration {actor} $(pkg-config --cflags --libs libbus libsystemd) -o /out/actor
"""


def build_dependencies():
    with open(os.path.join(ROOT, "debian/control"), encoding="utf-8") as control:
        return control.read().split("\n\n", 1)[0]


class Package:
    """`folder` holds the .deb files and the program `actor`."""

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def build(cls, root_image, folder):
        tree = os.path.join(folder, "tree")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(tree)
        for path in sources.files():
            os.makedirs(os.path.join(tree, os.path.dirname(path)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, path), os.path.join(tree, path))
        image.say(f"{root_image.codename}: the package")
        cls._build(root_image, folder, tree)
        return cls(folder)

    def debs(self):
        return sorted(os.path.basename(path) for path in glob.glob(os.path.join(self.folder, "*.deb")))

    def changes(self):
        return glob.glob(os.path.join(self.folder, "*.changes"))[0]

    @staticmethod
    def _build(root_image, folder, tree):
        command = [*root_image.builder(f"--bind-ro={tree}:/tree", f"--bind={folder}:/out"),
                   "bash", "-ec", BUILD.format(actor=" ".join(ACTOR))]
        log = os.path.join(folder, "build.log")
        with open(log, "w", encoding="utf-8") as out:
            code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, timeout=900).returncode
        if code != 0:
            with open(log, encoding="utf-8", errors="replace") as file:
                raise RuntimeError(f"the package does not build; the end of {log}:\n" +
                                   "".join(file.readlines()[-40:]))


def prepare(suite, packages, folder):
    """(image, package) of a suite; the package from `packages`, where an earlier run built it, or anew."""
    root_image = image.Image(suite, build_dependencies())
    root_image.prepare(os.path.join(ROOT, "debian"))
    if packages:
        return root_image, Package(packages)
    return root_image, Package.build(root_image, os.path.join(folder, "packages"))
