"""What the shell offers after a tab."""

# Plays bash's part: words split as bash splits them, the line as it was typed.
TAB = """
source /usr/share/bash-completion/completions/shmbusctl
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
_shmbusctl
echo "${COMPREPLY[@]}"
"""


def offered(stage, *words):
    return stage.machine.run("bash", "-c", TAB, "bash", *words, user="alice").stdout.split()


def tab_completes(stage):
    """bash completes verbs, options, their values and live regions"""
    stage.ctl("create", "camera/front", "--size=64", user="alice")
    assert offered(stage, "shmbusctl", "p") == ["pub"]
    assert offered(stage, "shmbusctl", "pub", "--ov") == ["--overflow="]
    assert offered(stage, "shmbusctl", "create", "--overflow", "=", "o") == ["overwrite"]
    assert offered(stage, "shmbusctl", "--system", "status", "cam") == ["camera/front"]
    stage.ctl("remove", "camera/front", user="alice")
