"""Two users besides the owner: bob may subscribe and not publish, mallory may do nothing."""

import contextlib

REGION = "alice/secret"


@contextlib.contextmanager
def secret(stage):
    """Alice's region that bob may read, with alice publishing and bob subscribed."""
    stage.ctl("create", REGION, "--size=64", "--mode=0600", "--user=bob:r", user="alice")
    publisher = stage.act("hold", REGION, "publisher", "1", user="alice")
    subscriber = stage.act("hold", REGION, "subscriber", "1", user="bob")
    for actor in (publisher, subscriber):
        actor.await_line("ready")
    yield publisher
    for actor in (publisher, subscriber):
        actor.signal("TERM")
    stage.ctl("remove", REGION, user="alice")


def refused(stage, user, *words):
    said = stage.ctl(*words, user=user, check=False)
    assert said.returncode != 0, f"{user}: {' '.join(words)} was not refused"
    assert "denied" in said.stderr.lower() or "may not" in said.stderr.lower(), said.stderr


def subscriber_may_not_publish(stage):
    """who may only subscribe can, and is refused as a publisher and as an administrator"""
    with secret(stage):
        refused(stage, "bob", "pub", REGION)
        refused(stage, "bob", "remove", REGION)
        refused(stage, "bob", "access", REGION, "--mode=0666")


def kernel_refuses_a_subscriber_that_writes(stage):
    """a subscriber cannot write to any memory that it has a handle on"""
    with secret(stage):
        found = stage.act("prowl", REGION, user="bob").finish()
        assert found == {"peers": 1, "ways": ""}, found


def bystander_is_refused_everywhere(stage):
    """who may do nothing is refused by D-Bus, by every semaphore, and at the descriptors of others"""
    with secret(stage) as publisher:
        refused(stage, "mallory", "sub", REGION, "--lines")
        refused(stage, "mallory", "pub", REGION)
        refused(stage, "mallory", "remove", REGION)
        rattled = stage.act("rattle", user="mallory").finish()
        assert rattled["opened"] == 0 and rattled["refused"] == 2, rattled
        memory = stage.machine.shell(f"find /proc/{publisher.pid}/fd /proc/{stage.daemon()}/fd"
                                     " -lname '/memfd:*'").split()
        for path in memory:
            opened = stage.machine.run("head", "--bytes=1", path, user="mallory", check=False)
            assert opened.returncode != 0, f"{path} could be read"
        return f"{rattled['refused']} semaphores, {len(memory)} descriptors"


RULE = """
polkit.addRule(function(action, subject) {
    if (action.id == "org.shmbus1.manage-regions" && subject.user == "bob")
        return polkit.Result.YES;
});
"""


def polkit_lets_manage(stage):
    """polkit's word, and nothing less, lets a user manage the regions of others"""
    stage.ctl("create", "alice/old", "--size=64", user="alice")
    refused(stage, "bob", "remove", "alice/old")
    rules = "/etc/polkit-1/rules.d"
    stage.machine.run("sh", "-ec", f"mkdir -p {rules}; cat >{rules}/shmbus.rules", text=RULE)
    # polkit looks for new rules by itself, in its own time.
    stage.machine.until("polkit's word", "runuser -u bob -- shmbusctl remove alice/old")
    stage.machine.shell(f"rm {rules}/shmbus.rules")


def user_at_quota(stage):
    """a user at the quota is told so by name, and no other user notices"""
    stage.machine.shell("mkdir -p /etc/shmbus/shmbusd.conf.d; printf '[Quota alice]\\nMaxRegions=2\\n'"
                        " >/etc/shmbus/shmbusd.conf.d/test.conf; systemctl reload shmbusd.service")
    for number in "12":
        stage.ctl("create", f"alice/{number}", "--size=64", user="alice")
    said = stage.ctl("create", "alice/3", "--size=64", user="alice", check=False).stderr
    assert "alice" in said and "2 of 2 regions" in said, said
    stage.ctl("create", "bob/1", "--size=64", user="bob")
    shown = stage.ctl("quota", "alice").stdout
    assert "2/2" in shown, shown
    stage.ctl("remove", "alice/1", "alice/2", "bob/1")
    stage.machine.shell("rm /etc/shmbus/shmbusd.conf.d/test.conf; systemctl reload shmbusd.service")
