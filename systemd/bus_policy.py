#!/usr/bin/env python3
"""Writes the system bus's policy: nobody but the daemon's user may own the name, and everyone may call
just what the contract names; what a caller may do with it is the daemon's decision.

    bus_policy.py org.shmbus1.xml USER OUTPUT
"""

import sys
import xml.etree.ElementTree as tree

NAME = "org.shmbus1"
STANDARD = [
    ("org.freedesktop.DBus.Introspectable", ["Introspect"]),
    ("org.freedesktop.DBus.ObjectManager", ["GetManagedObjects"]),
    ("org.freedesktop.DBus.Peer", ["Ping", "GetMachineId"]),
    ("org.freedesktop.DBus.Properties", ["Get", "GetAll"]),
]
POLICY = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <policy context="default">
    <deny own="{name}"/>
    <deny send_destination="{name}"/>
{members}
  </policy>
  <policy user="{user}">
    <allow own="{name}"/>
  </policy>
</busconfig>
"""
MEMBER = """\
    <allow send_destination="{name}" send_type="method_call"
           send_interface="{interface}" send_member="{member}"/>"""


def interfaces(contract):
    for interface in tree.parse(contract).getroot().findall("interface"):
        yield interface.get("name"), [method.get("name") for method in interface.findall("method")]


def main(contract, user, output):
    members = "\n".join(MEMBER.format(name=NAME, interface=interface, member=member)
                        for interface, methods in [*STANDARD, *interfaces(contract)]
                        for member in methods)
    with open(output, "w", encoding="utf-8") as file:
        file.write(POLICY.format(name=NAME, user=user, members=members))


if __name__ == "__main__":
    main(*sys.argv[1:4])
