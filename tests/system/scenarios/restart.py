"""A lossless stream of two publishers to three subscribers while the daemon goes and comes back. Every
subscriber judges every byte; the stream ends when its publishers are told, not when the daemon dies."""

import contextlib
import statistics
import time

REGION = "stream"
RATE = 2000  # samples a second of each publisher


class Stream:
    def __init__(self, stage):
        self._stage = stage
        stage.ctl("create", REGION, "--size=256", "--overflow=block")
        self._subscribers = [stage.act("subscribe", REGION) for _ in range(3)]
        for subscriber in self._subscribers:
            subscriber.await_line("ready")
        self._publishers = [stage.act("publish", REGION, sender, str(RATE), "3") for sender in "12"]
        for publisher in self._publishers:
            publisher.await_line("ready")

    def finish(self):
        """Ends it; every message must have come once, in order, everywhere. The longest gap, in ms."""
        for publisher in self._publishers:
            assert publisher.running(), "a publisher ended early"
            publisher.signal("TERM")
        counts = [publisher.finish()["count"] for publisher in self._publishers]
        taken = [subscriber.finish() for subscriber in self._subscribers]
        for one in taken:
            assert one["counts"] == counts and one["missed"] == 0, f"{one} of {counts}"
        assert min(counts) > 0, "nothing flowed"
        self._stage.ctl("remove", REGION)
        return {"samples": sum(counts), "gap_ms": max(one["gap_ms"] for one in taken)}


@contextlib.contextmanager
def stream(stage):
    """A stream around what happens inside; its facts are in the dictionary that it gives."""
    facts = {}
    flowing = Stream(stage)
    yield facts
    facts.update(flowing.finish())


def pause():
    """Lets the stream flow for a moment with nothing else happening."""
    time.sleep(0.5)


def daemon_killed(stage):
    """killed under load, the daemon comes back and no message is lost, doubled or late in order"""
    with stream(stage) as facts:
        times = stage.act("kill", str(stage.kills), "10").finish(timeout=600)["answered_ms"]
    median, worst = statistics.median(times), statistics.quantiles(times, n=100)[98]
    return (f"{stage.kills} deaths, {facts['samples']} samples to each; answers again after {median:.0f} ms"
            f" (median), {worst:.0f} ms (p99); longest gap {facts['gap_ms']:.0f} ms")


def service_restarted(stage):
    """systemctl restart under load loses nothing"""
    with stream(stage) as facts:
        for _ in range(5):
            pause()
            stage.machine.shell("systemctl restart shmbusd.service")
        pause()
    return f"longest gap {facts['gap_ms']:.0f} ms"


def package_reinstalled(stage):
    """reinstalling the package under load loses nothing"""
    with stream(stage) as facts:
        before = stage.daemon()
        stage.install("shmbus")
        assert stage.daemon() != before, "the new daemon was not started"
        pause()
    return f"longest gap {facts['gap_ms']:.0f} ms"


def watchdog_kills_the_hung(stage):
    """a hung daemon is killed by the watchdog, and the stream goes on"""
    with stream(stage) as facts:
        before = stage.daemon()
        stage.machine.shell(f"kill -STOP {before}")
        stage.machine.until("the watchdog", f"pid=$(systemctl show --value --property=MainPID "
                            f"shmbusd.service); [ $pid != 0 ] && [ $pid != {before} ]", timeout=60)
        stage.regions()
    said = stage.machine.shell("journalctl --no-pager --unit=shmbusd.service --output=cat")
    assert "Watchdog timeout" in said, said[-1000:]
    return f"longest gap {facts['gap_ms']:.0f} ms"
