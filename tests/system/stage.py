"""What the scenarios play on: a booted Debian with users, the packages at hand and not yet installed."""

import json
import os

from machine import Machine

ACTOR = "/packages/actor"
USERS = ["alice", "bob", "mallory"]
APT = "env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends"


class Stage:
    def __init__(self, image, package, folder, kills):
        self.image = image
        self.package = package
        self.kills = kills
        self._folder = folder

    def __enter__(self):
        binds = [f"--bind-ro={self.package.folder}:/packages",
                 f"--bind={self.image.archives}:/var/cache/apt/archives"]
        self.machine = Machine(self.image.base, binds, os.path.join(self._folder, "console"))
        for user in USERS:
            self.machine.run("useradd", "--create-home", user)
        return self

    def __exit__(self, *_):
        self.machine.stop()

    def install(self, *packages):
        paths = " ".join(f"/packages/{deb}" for deb in self.package.debs()
                         if deb.split("_")[0] in packages)
        self.machine.shell(f"{APT} install --reinstall {paths}", timeout=120)

    def ctl(self, *words, user="root", check=True):
        return self.machine.run("shmbusctl", *words, user=user, check=check)

    def regions(self):
        return json.loads(self.ctl("list", "--json=short").stdout)

    def act(self, part, *words, user="root"):
        """An actor of tests/system/actor.hpp in its part."""
        return self.machine.start(ACTOR, part, *words, user=user)

    def clear(self):
        """Ends what a scenario that failed has left."""
        self.machine.end_actors()
        left = self.ctl("list", "--no-legend", check=False).stdout.split("\n")[:-1]
        for line in left:
            self.ctl("remove", line.split()[0])

    def daemon(self):
        """The daemon's pid."""
        return int(self.machine.show("shmbusd.service", "MainPID"))

    def semaphores(self):
        return self.machine.shell("find /dev/shm -name 'sem.shmbus-*'").split()
