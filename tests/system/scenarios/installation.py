"""The package itself: what lintian says, that it works once installed, that it goes without a trace."""

import os
import re
import shutil
import subprocess

from report import Skipped

from . import monitoring


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


# As a package has them, whatever its architecture.
CONTENTS = {
    "shmbus": ["man/man1/shmbusctl.1", "man/man5/org.shmbus1.5", "man/man5/shmbus.region.5",
               "man/man5/shmbusd.conf.5", "man/man8/shmbusd.8", "bash-completion/completions/shmbusctl",
               "zsh/vendor-completions/_shmbusctl", "polkit-1/actions/org.shmbus1.policy",
               "dbus-1/system.d/org.shmbus1.conf", "examples/camera-front.region"],
    "libbus0": ["libbus.so.0"],
    "libbus-dev": ["man/man3/libbus.3", "pkgconfig/libbus.pc", "dbus-1/interfaces/org.shmbus1.xml"],
    "shmbus-doc": ["README.md"],
}


def contents(package):
    """the packages have every manual page, the completions of both shells, policies and examples"""
    for deb in package.debs():
        command = ["dpkg-deb", "--contents", os.path.join(package.folder, deb)]
        files = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for path in CONTENTS.pop(deb.split("_")[0]):
            assert re.search(rf"/{re.escape(path)}(\.gz)?( -> .*)?$", files, re.MULTILINE), f"{deb}: no {path}"
    assert not CONTENTS, f"not built: {CONTENTS}"


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


# What dbus-user-session has, which a server does not.
SESSION = {
    "dbus.socket": "[Socket]\nListenStream=%t/bus\n",
    "dbus.service": "[Service]\nExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork"
                    " --nopidfile --systemd-activation\n",
}


def user_unit(stage):
    """a user's own systemd starts it for the session bus, and brings it back with its regions"""
    uid = stage.machine.shell("id -u alice")
    session = ["env", f"XDG_RUNTIME_DIR=/run/user/{uid}", f"DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/{uid}/bus"]
    for name, text in SESSION.items():
        stage.machine.run("sh", "-ec", f"mkdir -p /run/systemd/user; cat >/run/systemd/user/{name}", text=text)
    stage.machine.shell(f"systemctl start user@{uid}.service")
    stage.machine.run(*session, "systemctl", "--user", "start", "dbus.socket", user="alice")
    stage.machine.run(*session, "shmbusctl", "--session", "create", "mine", "--size=64", user="alice")
    running = [*session, "systemctl", "--user", "show", "--value", "--property=MainPID", "shmbusd.service"]
    before = stage.machine.run(*running, user="alice").stdout.strip()
    assert int(before) > 0, "systemd does not run it"
    stage.machine.shell(f"kill -KILL {before}")
    listed = stage.machine.run(*session, "shmbusctl", "--session", "list", "--no-legend", user="alice").stdout
    assert listed.startswith("mine "), listed
    assert stage.machine.run(*running, user="alice").stdout.strip() not in ("0", before)
    stage.machine.shell(f"systemctl stop user@{uid}.service; rm /run/systemd/user/dbus.*")


def purged(stage):
    """purging the package leaves nothing behind"""
    stage.ctl("create", "forgotten", "--size=4K")
    holder = stage.act("hold", "forgotten", "subscriber", "2")
    holder.await_line("ready")
    stage.machine.shell(f"mkdir -p {monitoring.FOLDER}; systemctl enable --now {monitoring.TIMER};"
                        f"systemctl start {monitoring.SERVICE}; [ -s {monitoring.FILE} ]")
    stage.machine.shell("env DEBIAN_FRONTEND=noninteractive apt-get -q -y purge shmbus libbus0")
    # What Debian keeps by custom: the user that sysusers.d made, and logs.
    left = stage.machine.shell(
        "find / -xdev -name '*shmbus*' -not -path '/proc/*' -not -path '/packages/*'"
        " -not -path '/var/cache/apt/*' -not -path '/var/log/*' -not -path '/sys/*';"
        "find /dev/shm -name '*shmbus*'")
    assert left == "", left
    for unit in ("shmbusd.service", monitoring.TIMER, monitoring.SERVICE):
        state = stage.machine.shell(f"systemctl show --value --property=LoadState,ActiveState {unit}")
        assert state.split() == ["not-found", "inactive"], f"{unit}: {state}"
