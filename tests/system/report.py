"""One line a scenario, as tests/tally counts them: "ok NAME", "FAIL NAME: WHY", "skipped NAME: WHY"."""

import subprocess
import time
import traceback

from machine import Failed


class Skipped(Exception):
    """What the scenario needs is not there."""


class Report:
    def __init__(self, title):
        self._title = title
        self.passed = self.failed = self.skipped = 0

    def play(self, scenario, *arguments):
        """Runs it; its docstring is its name."""
        name = f"{self._title}: {scenario.__doc__}"
        start = time.monotonic()
        try:
            found = scenario(*arguments)
            self.passed += 1
            self._say("ok", name, found, time.monotonic() - start)
        except Skipped as reason:
            self.skipped += 1
            self._say("skipped", name, str(reason))
        except (Failed, AssertionError, subprocess.TimeoutExpired) as reason:
            self.failed += 1
            self._say("FAIL", name, str(reason) or self._place(reason))
        except Exception:  # whatever it is, the other scenarios have their turn
            self.failed += 1
            self._say("FAIL", name, traceback.format_exc())

    @staticmethod
    def _place(failure):
        frame = traceback.extract_tb(failure.__traceback__)[-1]
        return f"{frame.filename}:{frame.lineno}: {frame.line}"

    @staticmethod
    def _say(word, name, more=None, seconds=None):
        took = "" if seconds is None else f" ({seconds:.1f} s)"
        print(f"{word:7} {name}{took}" + (f": {more}" if more else ""), flush=True)
