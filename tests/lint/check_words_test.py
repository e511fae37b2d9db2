#!/usr/bin/env python3
"""Proves that check_clocks and check_security can fail."""

import unittest

import check_clocks
import check_security


class Clocks(unittest.TestCase):
    def test_a_clock_that_can_be_set_is_found(self):
        for line in ("::clock_gettime(CLOCK_REALTIME, &now);", "std::chrono::system_clock::now()",
                     "sem_timedwait(s, &t);", "auto t = ::time(nullptr);"):
            self.assertEqual(check_clocks.faults("int a;\n" + line), [2], line)

    def test_clocks_that_only_go_forwards_are_not(self):
        for line in ("steady_clock::now()", "sem_clockwait(s, CLOCK_MONOTONIC, &t);",
                     "sample.time()", "// not CLOCK_REALTIME"):
            self.assertEqual(check_clocks.faults(line), [], line)


class Security(unittest.TestCase):
    names = check_security.cases_in('TEST_CASE("a: one") {}\nTEST_CASE(\n    "b: in "\n    "two") {}')

    def test_cases_are_found_by_their_whole_names(self):
        self.assertEqual(self.names, {"a: one", "b: in two"})
        self.assertEqual(check_security.cases_in('def x(stage):\n    """A thing happens."""\n'),
                         {"A thing happens"})

    def test_what_is_not_there_is_named(self):
        text = 'Shown by `"a: one"`, `"c: none"`, `"b: in\n  two"`, `tests/here` and `tests/away`.'
        self.assertEqual(check_security.missing(text, self.names, lambda path: path == "tests/here"),
                         ["c: none", "tests/away"])


if __name__ == "__main__":
    unittest.main()
