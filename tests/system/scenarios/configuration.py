"""What an administrator writes into /etc/shmbus."""

EXAMPLE = "/usr/share/doc/shmbus/examples/camera-front.region"


def shipped_configuration_is_good(stage):
    """what the package ships checks out, with every commented line taken in"""
    stage.machine.shell("sed -E 's/^#([A-Z[])/\\1/' /etc/shmbus/shmbusd.conf >/tmp/whole.conf;"
                        f"mkdir /tmp/regions; cp {EXAMPLE} /tmp/regions;"
                        "grep -q '^MaxBytes=8G' /tmp/whole.conf;"
                        "shmbusd --check-config;"
                        "shmbusd --check-config --config=/tmp/whole.conf --regions=/tmp/regions")


def mistakes_are_named(stage):
    """a mistake is named with file and line, and what is good beside it counts"""
    stage.machine.shell(f"cp {EXAMPLE} /etc/shmbus/regions.d/good.region;"
                        "printf '[Region]\\nName=bad\\nKind=topic\\nSize=many\\n'"
                        " >/etc/shmbus/regions.d/bad.region")
    said = stage.machine.run("shmbusd", "--check-config", check=False)
    assert said.returncode == 1 and said.stderr.count("\n") == 1, said.stderr
    assert "/etc/shmbus/regions.d/bad.region:4: " in said.stderr, said.stderr
    stage.machine.shell("systemctl reload shmbusd.service")
    assert [region["name"] for region in stage.regions()] == ["camera/front"]
    stage.machine.shell("rm /etc/shmbus/regions.d/*; shmbusctl remove camera/front")


def declared_regions_are_there_from_the_start(stage):
    """a declared region is there from the start, with its access"""
    stage.machine.shell(f"cp {EXAMPLE} /etc/shmbus/regions.d/front.region;"
                        "systemctl stop shmbusd.service; usermod --append --groups video bob")
    seen = stage.act("hold", "camera/front", "subscriber", "1", user="bob")
    seen.await_line("ready")
    seen.signal("TERM")
    refused = stage.ctl("sub", "camera/front", "--lines", user="mallory", check=False)
    assert refused.returncode != 0, "mallory may subscribe"
    stage.machine.shell("rm /etc/shmbus/regions.d/*; shmbusctl remove camera/front")
