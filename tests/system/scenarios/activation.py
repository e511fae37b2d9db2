"""Stock tools on the system bus, as an ordinary user."""

import os
import re
import xml.etree.ElementTree as tree

import package

MANAGER = "/org/shmbus1"
CONTRACT = os.path.join(package.ROOT, "libbus/wire/org.shmbus1.xml")


def busctl(stage, *words, user="alice"):
    return stage.machine.run("busctl", "--no-pager", "--system", *words, user=user).stdout


def call_starts_it(stage):
    """a stock busctl call by an ordinary user starts the service"""
    stage.machine.shell("systemctl stop shmbusd.service")
    said = busctl(stage, "call", "org.shmbus1", MANAGER, "org.shmbus1.Manager", "ListRegions")
    assert said.startswith("a("), said
    assert stage.machine.show("shmbusd.service", "ActiveState") == "active"


def tree_shows_regions(stage):
    """busctl tree shows every region"""
    for name in ("camera/front", "log"):
        stage.ctl("create", name, "--size=64", user="alice")
    said = busctl(stage, "tree", "org.shmbus1", user="bob")
    for path in ("/org/shmbus1", "/org/shmbus1/region/camera_2ffront", "/org/shmbus1/region/log"):
        assert re.search(rf"─ ?{path}$", said, re.MULTILINE), f"{path} is not in {said}"
    stage.ctl("remove", "camera/front", "log", user="alice")


def members(interface):
    for kind in ("method", "signal", "property"):
        for member in interface.findall(kind):
            yield member.get("name"), kind


def introspection_is_complete(stage):
    """busctl introspect shows every member of the contract"""
    stage.ctl("create", "seen", "--size=64", user="alice")
    count = 0
    for interface in tree.parse(CONTRACT).getroot().findall("interface"):
        name = interface.get("name")
        path = MANAGER if name.endswith("Manager") else f"{MANAGER}/region/seen"
        said = busctl(stage, "introspect", "org.shmbus1", path, name, user="bob")
        for member, kind in members(interface):
            assert re.search(rf"^\.{member} +{kind} ", said, re.MULTILINE), f"{name}.{member}: {said}"
            count += 1
    stage.ctl("remove", "seen", user="alice")
    return f"{count} members"


def bus_denies_the_rest(stage):
    """the bus gives nobody else the name, and lets nobody call what the contract does not name"""
    owning = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "su",
              "org.shmbus1", "0")
    setting = ("org.shmbus1", MANAGER, "org.freedesktop.DBus.Properties", "Set", "ssv",
               "org.shmbus1.Manager", "Version", "s", "9")
    unnamed = ("org.shmbus1", MANAGER, "org.shmbus1.Manager", "NoSuchMember")
    stage.machine.shell("systemctl stop shmbusd.service")  # the name is free
    for user in ("alice", "root"):
        for words in (owning, setting, unnamed):
            said = stage.machine.run("busctl", "--system", "call", *words, user=user, check=False)
            assert said.returncode != 0, f"{user} may call {words}"
            assert re.search("denied|not allowed|rejected", said.stderr, re.IGNORECASE), said.stderr
    stage.machine.shell("systemctl start shmbusd.service")
