"""A booted container: its own systemd, D-Bus, users and network; gone without a trace after stop()."""

import json
import signal
import subprocess
import time

import image

CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class Failed(RuntimeError):
    """A command inside ended badly."""


class Machine:
    """Boots `root`; `binds` are nspawn's --bind options, `console` is the file for its console."""

    def __init__(self, root, binds, console):
        self._actors = []
        command = [*image.container(root, "--volatile=overlay", "--boot", "--private-network",
                                    "--resolv-conf=off", *binds)]
        with open(console, "w", encoding="utf-8") as out:
            self._nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT)
        try:
            self._leader = self._await(self._find_leader, "the container's init")
            self._await(self._booted, "the boot")
        except BaseException:
            self.stop()
            raise

    def run(self, *words, user="root", check=True, text=None, timeout=60):
        """The ended process, with its stdout and stderr as text."""
        ended = subprocess.run(self._inside(words, user), input=text or "", capture_output=True,
                               text=True, env=CLEAN, timeout=timeout)
        if check and ended.returncode != 0:
            raise Failed(f"{' '.join(words)} (as {user}): exit {ended.returncode}: "
                         f"{(ended.stderr or ended.stdout).strip()}")
        return ended

    def shell(self, script, **options):
        return self.run("sh", "-ec", script, **options).stdout.strip()

    def start(self, *words, user="root"):
        """A running process; ended at the latest by stop()."""
        # The pid inside, which is the one that can be signalled: nsenter and runuser fork.
        known = ["sh", "-c", 'echo $$; exec "$@"', "sh", *words]
        actor = Actor(self, self._inside(known, user), " ".join(words))
        self._actors.append(actor)
        return actor

    def until(self, said, script, timeout=30):
        """Waits for the script to succeed."""
        deadline = time.monotonic() + timeout
        while self.run("sh", "-c", script, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise Failed(f"waited {timeout} s in vain for {said}")
            time.sleep(0.05)

    def show(self, unit, name):
        """A property of a unit."""
        return self.shell(f"systemctl show --value --property={name} {unit}")

    def journal(self, unit, *matches):
        """The unit's messages as dictionaries, oldest first."""
        lines = self.run("journalctl", "--output=json", "--no-pager", f"--unit={unit}", *matches).stdout
        return [json.loads(line) for line in lines.splitlines()]

    def end_actors(self):
        for actor in self._actors:
            actor.kill()
        self._actors.clear()

    def stop(self):
        self.end_actors()
        if self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM)  # an orderly power-off
            try:
                self._nspawn.wait(20)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()

    def _inside(self, words, user):
        enter = ["nsenter", f"--target={self._leader}", "--mount", "--uts", "--ipc", "--net", "--pid",
                 "--cgroup", "--wd"]
        return [*enter, *(() if user == "root" else ("runuser", "-u", user, "--")), *words]

    def _find_leader(self):
        pid = self._nspawn.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
            found = children.read().split()
        self._leader = int(found[0]) if found else 0
        return self._leader if found and self._is_init(found[0]) else None

    @staticmethod
    def _is_init(pid):
        with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
            return comm.read().strip() == "systemd"

    def _booted(self):
        return self.run("systemctl", "is-active", "multi-user.target", check=False).returncode == 0

    def _await(self, happened, said):
        deadline = time.monotonic() + 60
        while True:
            if self._nspawn.poll() is not None:
                raise Failed(f"{said}: the container ended with {self._nspawn.returncode}")
            found = happened()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Failed(f"{said}: not within 60 s")
            time.sleep(0.05)


class Actor:
    """A process that goes on inside the container."""

    def __init__(self, machine, command, name):
        self._machine = machine
        self._name = name
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, env=CLEAN)
        self.pid = int(self._process.stdout.readline())

    def await_line(self, wanted):
        """Reads up to a line that begins so."""
        for line in self._process.stdout:
            if line.startswith(wanted):
                return line.rstrip("\n")
        raise Failed(f"{self._name}: ended before it said '{wanted}': {self._process.stderr.read()}")

    def running(self):
        return self._process.poll() is None

    def signal(self, name):
        self._machine.shell(f"kill -s {name} {self.pid}")

    def finish(self, timeout=120):
        """What it said last, as JSON. Fails when it ended badly."""
        out, err = self._process.communicate(timeout=timeout)
        if self._process.returncode != 0:
            raise Failed(f"{self._name}: exit {self._process.returncode}: {err.strip()}")
        return json.loads(out.splitlines()[-1])

    def kill(self):
        if self.running():
            self._machine.run("sh", "-c", f"kill -s KILL {self.pid}", check=False)
            self._process.kill()
        self._process.communicate()
