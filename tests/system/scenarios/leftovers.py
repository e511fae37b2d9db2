"""What dies leaves nothing."""

import random


def killed_clients_leave_nothing(stage):
    """a client killed at any time leaves nothing in /dev/shm"""
    stage.ctl("create", "busy", "--size=64", "--publishers=64", "--subscribers=64")
    dice = random.Random(1)
    for number in range(30):
        role = ("publisher", "subscriber")[number % 2]
        # From before it has called the daemon to well after it has all it asked for.
        stage.machine.run("timeout", "--signal=KILL", f"{dice.uniform(0.002, 0.06):.3f}",
                          "/packages/actor", "hold", "busy", role, "20", check=False)
    stage.machine.until("the last semaphore to go", "! ls /dev/shm/sem.shmbus-* 2>/dev/null")
    stage.ctl("remove", "busy")
    left = stage.machine.shell("find /dev/shm -type f -name '*shmbus*'")
    assert left == "", left
