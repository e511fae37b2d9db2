"""Figures for a monitoring system, by a timer that an administrator enables."""

import subprocess

from report import Skipped

FOLDER = "/var/lib/prometheus/node-exporter"
FILE = f"{FOLDER}/shmbus.prom"
TIMER = "shmbus-metrics.timer"
SERVICE = "shmbus-metrics.service"
# The reference parser of the format that node_exporter reads, of the machine's own python3.
PARSE = """
import sys
try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    sys.exit(77)
print(*(sample.name for family in text_string_to_metric_families(sys.stdin.read()) for sample in family.samples))
"""


def parsed(text):
    """The names of all samples in it."""
    ended = subprocess.run(["/usr/bin/python3", "-c", PARSE], input=text, capture_output=True, text=True)
    if ended.returncode == 77:
        raise Skipped("there is no python3-prometheus-client")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def figures_by_timer(stage):
    """the metrics timer is off until enabled, and then keeps valid figures where node_exporter looks"""
    state = stage.machine.run("systemctl", "is-enabled", TIMER, check=False).stdout.strip()
    assert state == "disabled", state
    stage.ctl("create", "metered", "--size=64", user="alice")
    # As it is shipped, but for the wait of 10 s before its first turn.
    stage.machine.shell(f"mkdir -p {FOLDER} /run/systemd/system/{TIMER}.d;"
                        "printf '[Timer]\\nOnActiveSec=\\nOnActiveSec=1ms\\nAccuracySec=1ms\\n'"
                        f" >/run/systemd/system/{TIMER}.d/soon.conf; systemctl daemon-reload;"
                        f"systemctl enable --now {TIMER}")
    stage.machine.until("the timer's first turn", f"[ -s {FILE} ]")
    stage.machine.until("its end", f"[ $(systemctl show --value --property=ActiveState {SERVICE}) = inactive ]")
    assert stage.machine.show(SERVICE, "Result") == "success"
    found = stage.machine.shell(f"stat --format='%U %a' {FILE}; ls --almost-all {FOLDER}")
    assert found.split() == ["root", "644", "shmbus.prom"], found
    text = stage.machine.shell(f"cat {FILE}")
    names = parsed(text)
    for name in ("shmbus_up", "shmbus_regions", "shmbus_region_memory_bytes", "shmbus_user_regions"):
        assert name in names, f"{name} is not among {sorted(set(names))}"
    assert 'region="metered"' in text, text
    stage.machine.shell(f"systemctl disable --now {TIMER}; rm -r /run/systemd/system/{TIMER}.d {FILE};"
                        "systemctl daemon-reload")
    stage.ctl("remove", "metered", user="alice")
    return f"{len(names)} samples"
