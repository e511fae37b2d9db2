"""What the journal keeps of it."""


def events_have_fields(stage):
    """create, remove, attach, death and refusal are in the journal with their fields"""
    stage.ctl("create", "noted", "--size=64", user="alice")
    holder = stage.act("hold", "noted", "publisher", "1", user="alice")
    holder.await_line("ready")
    stage.ctl("pub", "noted", user="mallory", check=False)
    holder.signal("KILL")
    stage.machine.until("the death to be noted", "shmbusctl status noted | grep -q '0 attachments'")
    stage.ctl("remove", "noted", user="alice")
    alice = stage.machine.shell("id -u alice")
    found = {}
    for entry in stage.machine.journal("shmbusd.service", "SHMBUS_REGION=noted"):
        found.setdefault(entry.get("SHMBUS_EVENT"), entry)
    for event in ("create", "attach", "death", "refusal", "remove"):
        assert event in found, f"{event} is not among {sorted(map(str, found))}"
        assert found[event].get("MESSAGE_ID"), f"{event} has no message id"
    assert found["attach"]["SHMBUS_UID"] == found["death"]["SHMBUS_UID"] == alice, found["attach"]
    assert found["refusal"]["SHMBUS_UID"] == stage.machine.shell("id -u mallory"), found["refusal"]
