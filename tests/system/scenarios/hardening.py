"""What the running service can reach."""

import re


def identity(stage):
    """the daemon runs as its own user without any capability"""
    status = stage.machine.shell(f"cat /proc/{stage.daemon()}/status")
    shmbus = stage.machine.shell("id -u shmbus")
    assert re.search(rf"^Uid:\t{shmbus}\t{shmbus}\t{shmbus}\t{shmbus}$", status, re.MULTILINE), status
    for field, value in {"CapPrm": "0" * 16, "CapEff": "0" * 16, "CapBnd": "0" * 16,
                         "NoNewPrivs": "1", "Seccomp": "2"}.items():
        assert re.search(rf"^{field}:\t{value}$", status, re.MULTILINE), f"{field} is not {value}"


def exposure(stage):
    """systemd-analyze security finds an exposure of at most 1.0"""
    said = stage.machine.run("systemd-analyze", "security", "--no-pager", "shmbusd.service").stdout
    found = re.search(r"Overall exposure level for shmbusd.service: ([\d.]+)", said)
    assert found and float(found.group(1)) <= 1.0, said[-2000:]
    return found.group(1)


def limits(stage):
    """memory, tasks, time without a sign of life and kept descriptors have the limits that the unit sets"""
    shown = stage.machine.shell("systemctl show shmbusd.service").splitlines()
    for wanted in ("Type=notify", "Restart=always", "MemoryMax=21474836480", "TasksMax=16",
                   "FileDescriptorStoreMax=16384", "WatchdogUSec=10s", "LimitNOFILE=65536"):
        assert wanted in shown, wanted
