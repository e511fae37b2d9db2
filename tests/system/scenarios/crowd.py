"""More clients than the bus lets the daemon watch one by one."""

USERS = {"alice": 230, "bob": 230, "mallory": 230}  # of at most 256 connections each


def many_clients_at_once(stage):
    """hundreds of clients of several users at once are served, and each one's end is noticed"""
    stage.ctl("create", "square", "--size=64", "--mode=0666", "--subscribers=1000")
    crowds = [stage.act("throng", "square", str(count), user=user) for user, count in USERS.items()]
    for crowd in crowds:
        crowd.await_line("ready")
    before = next(region for region in stage.regions() if region["name"] == "square")["subscribers"]
    assert before == sum(USERS.values()), f"{before} subscribers"
    for crowd in crowds:
        crowd.signal("KILL")
    stage.machine.until("the last to be missed", "! ls /dev/shm/sem.shmbus-* 2>/dev/null")
    stage.ctl("remove", "square")
    return f"{before} clients"
