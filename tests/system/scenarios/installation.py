"""The package itself: what lintian says, that it works once installed, that it goes without a trace."""

import shutil
import subprocess

from report import Skipped


def lint(package):
    """lintian finds no error in the package"""
    if not shutil.which("lintian"):
        raise Skipped("there is no lintian")
    command = ["lintian", "--allow-root", "--fail-on=error", "--display-level=>=warning",
               # The machine's own lintian may be older than the suite whose package it reads.
               "--suppress-tags=bad-distribution-in-changes-file", package.changes()]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout
    return f"{len(ended.stdout.splitlines())} warnings"


def installed(stage):
    """installing the package starts the service, now and at boot"""
    stage.install("shmbus", "libbus0")
    state = stage.machine.shell("systemctl is-active shmbusd.service; systemctl is-enabled shmbusd.service")
    assert state.split() == ["active", "enabled"], state
    assert stage.regions() == []
    assert stage.machine.show("shmbusd.service", "NRestarts") == "0", "it took more than one start"


def user_bus(stage):
    """on a user's session bus it is started by a call, without root"""
    said = stage.machine.shell(
        "dbus-run-session -- busctl --user call org.shmbus1 /org/shmbus1 org.shmbus1.Manager ListRegions"
        " 2>&1", user="alice")
    assert "a(sossuutuut) 0" in said, said


def purged(stage):
    """purging the package leaves nothing behind"""
    stage.ctl("create", "forgotten", "--size=4K")
    holder = stage.act("hold", "forgotten", "subscriber", "2")
    holder.await_line("ready")
    stage.machine.shell("env DEBIAN_FRONTEND=noninteractive apt-get -q -y purge shmbus libbus0")
    # What Debian keeps by custom: the user that sysusers.d made, and logs.
    left = stage.machine.shell(
        "find / -xdev -name '*shmbus*' -not -path '/proc/*' -not -path '/packages/*'"
        " -not -path '/var/cache/apt/*' -not -path '/var/log/*' -not -path '/sys/*';"
        "find /dev/shm -name '*shmbus*'")
    assert left == "", left
    assert stage.machine.run("systemctl", "cat", "shmbusd.service", check=False).returncode != 0
