#!/usr/bin/env python3
"""Proves that tests/tally counts cases, and that nothing that went wrong counts as well."""

import importlib.machinery
import importlib.util
import os
import unittest

import sources

_loader = importlib.machinery.SourceFileLoader("tally", os.path.join(sources.ROOT, "tests/tally"))
_spec = importlib.util.spec_from_loader("tally", _loader)
tally = importlib.util.module_from_spec(_spec)
_loader.exec_module(tally)


def run(result, stdout="", command=()):
    return {"name": "case", "result": result, "stdout": stdout, "command": list(command)}


def doctest(passed, failed, skipped):
    return ("[doctest] doctest version is \"2.4.9\"\n"
            f"[doctest] test cases: {passed + failed:3} | {passed:3} passed | {failed} failed | "
            f"{skipped} skipped\n[doctest] assertions: 9 | 9 passed | 0 failed |\n")


class Tally(unittest.TestCase):
    def test_a_doctest_program_counts_by_its_cases(self):
        self.assertEqual(tally.count(run("OK", doctest(7, 0, 2))), (7, 0, 2))
        self.assertEqual(tally.count(run("FAIL", doctest(4, 3, 0))), (4, 3, 0))

    def test_any_other_test_counts_as_one(self):
        self.assertEqual(tally.count(run("OK", "fine")), (1, 0, 0))
        self.assertEqual(tally.count(run("FAIL", "bad")), (0, 1, 0))
        self.assertEqual(tally.count(run("SKIP")), (0, 0, 1))

    def test_a_system_test_counts_by_its_lines(self):
        lines = "ok      Debian 12: a (0.1 s)\nFAIL    Debian 12: b: why\n  ok in its text\nskipped c: why\n"
        self.assertEqual(tally.count(run("FAIL", lines)), (1, 1, 1))
        self.assertEqual(tally.count(run("TIMEOUT", "ok      Debian 12: a\n")), (1, 1, 0))

    def test_a_crash_without_a_summary_is_a_failure(self):
        for result in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT"):
            self.assertEqual(tally.count(run(result)), (0, 1, 0))

    def test_a_crash_after_a_clean_summary_is_a_failure(self):
        for result in ("FAIL", "ERROR", "TIMEOUT"):
            self.assertEqual(tally.count(run(result, doctest(5, 0, 0))), (5, 1, 0))

    def test_what_a_filter_leaves_out_is_not_skipped(self):
        chosen = run("OK", doctest(1, 0, 30), ["ring_test", "--test-case=ring: wraps"])
        self.assertEqual(tally.count(chosen), (1, 0, 0))

    def test_the_closing_line(self):
        self.assertEqual(tally.closing_line(3, 0, 0), "3 passed, 0 failed")
        self.assertEqual(tally.closing_line(3, 1, 2), "3 passed, 1 failed, 2 skipped")


if __name__ == "__main__":
    unittest.main()
