"""The Debian roots of one suite: `base`, which is booted, and `build`, in which the package is built. Made
once and kept in the cache under a key of all that goes into them; nothing writes into them afterwards:
whoever runs in one has a volatile overlay over it."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

CODENAMES = {"12": "bookworm", "13": "trixie"}
# What a small server has, and what lets an ordinary user and an administrator be played.
BASE = ["systemd", "systemd-sysv", "dbus", "polkitd", "libpam-systemd"]
BUILD = ["build-essential", "ccache", "fakeroot", "libsystemd-dev", "ninja-build", "pkgconf"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def cache():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "shmbus")


def mirror():
    """Where this machine's apt gets Debian from, or nothing, which leaves it to debootstrap."""
    command = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return next(([line.split()[1]] for line in lines if line.startswith("Debian ")), [])


def container(root, *options):
    """The beginning of a command that runs in `root`, with this machine's network."""
    # setpriv: nothing outlives the tests, however they end.
    return ["setpriv", "--pdeathsig=TERM", "systemd-nspawn", "--quiet", "--register=no", "--keep-unit",
            "--console=pipe", "--resolv-conf=replace-host", "--setenv=DEBIAN_FRONTEND=noninteractive",
            f"--directory={root}", *options]


class Image:
    """Requires: root."""

    def __init__(self, suite, build_dependencies):
        self.codename = CODENAMES[suite]
        text = repr((self.codename, BASE, BUILD, build_dependencies))
        key = hashlib.sha256(text.encode()).hexdigest()[:12]
        self.folder = os.path.join(cache(), "system", f"{self.codename}-{key}")
        self.base = os.path.join(self.folder, "base")
        self.build = os.path.join(self.folder, "build")
        self.archives = os.path.join(self.folder, "archives")  # packages that apt has fetched
        self.ccache = os.path.join(cache(), "ccache")

    def builder(self, *options):
        """The beginning of a command that runs where the package is built, with the compilers' cache."""
        variables = {"PATH": "/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin", "CCACHE_DIR": "/ccache",
                     "CCACHE_BASEDIR": "/work", "CCACHE_NOHASHDIR": "1"}
        return container(self.build, "--volatile=overlay", f"--bind={self.ccache}:/ccache",
                         *(f"--setenv={name}={value}" for name, value in variables.items()), *options)

    def prepare(self, control):
        """Makes what is not there. `control` is the folder debian/ of the sources."""
        for folder in (os.path.join(self.archives, "partial"), self.ccache):
            os.makedirs(folder, exist_ok=True)
        with open(os.path.join(self.folder, "lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._once(self.base, self._make_base)
            self._once(self.build, lambda root: self._make_build(root, control))

    @staticmethod
    def _once(root, make):
        if os.path.isdir(root):
            return
        partial = root + ".partial"
        shutil.rmtree(partial, ignore_errors=True)
        make(partial)
        os.rename(partial, root)

    def _make_base(self, root):
        say(f"debootstrap {self.codename}")
        self._run(["debootstrap", "--variant=minbase", f"--include={','.join(BASE)}",
                   f"--keyring={KEYRING}", self.codename, root, *mirror()])

    def _make_build(self, root, control):
        say(f"{self.codename}: what the package is built with")
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, root], check=True)
        install = "apt-get -q -y --no-install-recommends"
        self._run([*container(root, f"--bind={self.archives}:/var/cache/apt/archives",
                              f"--bind-ro={control}:/source/debian"),
                   "bash", "-ec", f"{install} install {' '.join(BUILD)}; "
                   f"{install} build-dep /source"])

    def _run(self, command):
        log = os.path.join(self.folder, "log")
        with open(log, "w", encoding="utf-8") as out:
            code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, timeout=900).returncode
        if code != 0:
            with open(log, encoding="utf-8", errors="replace") as file:
                tail = "".join(file.readlines()[-30:])
            raise RuntimeError(f"{command[0]}: exit {code}; the end of {log}:\n{tail}")
