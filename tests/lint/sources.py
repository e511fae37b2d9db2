"""The files of the project: what git tracks or would track, or, without git, what lies in the tree."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _walk():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if not f.startswith(("build", ".git", ".cache", "__py"))]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), ROOT)


def files():
    """Paths from the root, sorted; each one is there and is a plain file."""
    # safe.directory: the tree may belong to the user, and this run to root.
    git = ["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-z", "--cached", "--others",
           "--exclude-standard"]
    try:
        found = subprocess.run(git, check=True, capture_output=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        found = _walk()
    return sorted(p for p in set(found) if p and os.path.isfile(os.path.join(ROOT, p)))


def cpp_files():
    return [path for path in files() if path.endswith((".cpp", ".hpp"))]


def public_headers():
    return [path for path in files() if path.startswith("libbus/include/bus/")]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()
