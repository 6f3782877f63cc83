#!/usr/bin/env python3
"""The lists are checked both ways: what fails unlisted, and what passes although it is listed."""

import unittest

from verdicts import FAIL, PASS, SKIP, Listed, Verdict, judge, pending

BASELINE = {"a", "b", "c"}


def complaints(*verdicts, pending_tests=None, complete=True):
    return list(judge([Verdict(*one) for one in verdicts], BASELINE, pending_tests or {}, complete))


class Judge(unittest.TestCase):
    def assert_flags(self, found, *words):
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_is_content_when_all_passes(self):
        self.assertEqual(complaints(("a", PASS), ("b", PASS), ("c", PASS)), [])

    def test_flags_a_failure_that_is_not_listed(self):
        self.assert_flags(complaints(("a", FAIL, "boom"), ("b", PASS), ("c", PASS)), "a: fails", "boom")

    def test_lets_a_pending_failure_be(self):
        self.assertEqual(complaints(("a", FAIL), ("b", SKIP), ("c", PASS),
                                    pending_tests={"a": "transactions", "b": "share groups"}), [])

    def test_flags_a_pending_test_that_passes(self):
        self.assert_flags(complaints(("a", PASS), ("b", PASS), ("c", PASS), pending_tests={"a": "later"}), "take it off")

    def test_flags_a_skipped_test_that_kafka_passes(self):
        self.assert_flags(complaints(("a", SKIP, "no such API"), ("b", PASS), ("c", PASS)), "skipped", "no such API")

    def test_flags_a_test_that_did_not_run(self):
        self.assert_flags(complaints(("a", PASS), ("b", PASS)), "c", "did not run")
        self.assertEqual(complaints(("a", PASS), complete=False), [])

    def test_flags_a_pending_test_without_a_reason(self):
        self.assert_flags(complaints(("a", FAIL), ("b", PASS), ("c", PASS), pending_tests={"a": ""}), "no reason")

    def test_flags_a_pending_test_that_kafka_fails(self):
        self.assert_flags(complaints(("a", PASS), ("b", PASS), ("c", PASS), ("d", FAIL), pending_tests={"d": "later"}), "d:")

    def test_flags_a_failure_that_kafka_was_never_seen_to_pass(self):
        self.assert_flags(complaints(("a", PASS), ("b", PASS), ("c", PASS), ("new", FAIL)), "new: fails")


class Lists(unittest.TestCase):
    def test_reads_names_with_blanks_hashes_in_them(self):
        text = "# head\n\nT#m[1]  # the reason\ntest one  # another # one\n"
        self.assertEqual(Listed.of(text).reasons, {"T#m[1]": "the reason", "test one": "another # one"})

    def test_takes_the_section_of_the_suite(self):
        text = "# all\n[one]\na  # x\n[two]\nb  # y\n[three]\n"
        self.assertEqual(pending("two", text).reasons, {"b": "y"})
        self.assertEqual(pending("three", text).reasons, {})


if __name__ == "__main__":
    unittest.main()
