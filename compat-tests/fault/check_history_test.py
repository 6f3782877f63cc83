#!/usr/bin/env python3
"""The checker itself: a right history passes, and each kind of wrong one is called by its name."""

import unittest

from check_history import complaints


def send(value, partition=0):
    return {"op": "send", "partition": partition, "value": value}


def ok(value, offset, partition=0):
    return {"op": "ok", "partition": partition, "value": value, "offset": offset}


def poll(value, offset, reader=1, partition=0):
    return {"op": "poll", "reader": reader, "partition": partition, "value": value, "offset": offset}


def end(offset, partition=0):
    return {"op": "end", "partition": partition, "offset": offset}


def fail(value):
    return {"op": "fail", "partition": 0, "value": value, "why": "refused"}


def info(value):
    return {"op": "info", "partition": 0, "value": value, "why": "timed out"}


SENT = [send("0:0"), send("0:1"), send("0:2")]
RIGHT = SENT + [ok("0:0", 0), ok("0:1", 1), ok("0:2", 2), end(3), poll("0:0", 0), poll("0:1", 1), poll("0:2", 2)]


def kinds(history):
    timed = [{"at": at, **event} for at, event in enumerate(history)]
    return sorted({complaint.split(":")[0] for complaint in complaints(timed)})


class CheckHistory(unittest.TestCase):
    def test_passes_a_right_history(self):
        self.assertEqual(kinds(RIGHT), [])

    def test_passes_an_unknown_result_either_way(self):
        self.assertEqual(kinds([send("0:0"), info("0:0"), send("0:1"), ok("0:1", 0), poll("0:1", 0)]), [])
        self.assertEqual(kinds([send("0:0"), info("0:0"), send("0:1"), ok("0:1", 1), poll("0:0", 0), poll("0:1", 1)]), [])

    def test_passes_producers_that_interleave(self):
        history = [send("0:5"), send("1:2"), ok("0:5", 1), ok("1:2", 0), poll("1:2", 0), poll("0:5", 1)]
        self.assertEqual(kinds(history), [])

    def test_flags_an_acknowledged_record_that_is_lost(self):
        self.assertEqual(kinds(SENT + [ok("0:0", 0), ok("0:1", 1), poll("0:0", 0)]), ["lost"])

    def test_flags_a_lost_record_in_the_middle(self):
        history = SENT + [ok("0:0", 0), ok("0:1", 1), ok("0:2", 2), poll("0:0", 0), poll("0:2", 2)]
        self.assertEqual(kinds(history), ["lost", "skipped"])

    def test_flags_an_unknown_record_that_was_read_then_lost(self):
        history = SENT + [info("0:1"), ok("0:0", 0), poll("0:0", 0, 0), poll("0:1", 1, 0), poll("0:0", 0)]
        self.assertEqual(kinds(history), ["lost"])

    def test_flags_a_record_that_is_there_twice(self):
        history = SENT[:2] + [ok("0:0", 0), ok("0:1", 2), poll("0:0", 0), poll("0:0", 1), poll("0:1", 2)]
        self.assertEqual(kinds(history), ["duplicate"])

    def test_flags_a_record_that_is_not_where_it_was_acknowledged(self):
        history = SENT[:2] + [ok("0:0", 0), ok("0:1", 5), poll("0:0", 0), poll("0:1", 1)]
        self.assertEqual(kinds(history), ["duplicate"])

    def test_flags_an_offset_that_is_given_again(self):
        history = SENT[:2] + [ok("0:0", 0), ok("0:1", 0), poll("0:1", 0)]
        self.assertEqual(kinds(history), ["inconsistent", "lost"])

    def test_flags_an_offset_that_shows_two_values(self):
        history = SENT[:2] + [info("0:0"), info("0:1"), poll("0:0", 0, 0), poll("0:1", 0, 1)]
        self.assertEqual(kinds(history), ["inconsistent", "lost"])

    def test_flags_records_out_of_order(self):
        history = SENT[:2] + [ok("0:0", 1), ok("0:1", 0), poll("0:1", 0), poll("0:0", 1)]
        self.assertEqual(kinds(history), ["reordered"])

    def test_flags_a_reader_that_skips(self):
        history = SENT + [ok("0:0", 0), ok("0:1", 1), poll("0:1", 1, 0), poll("0:0", 0), poll("0:1", 1)]
        self.assertEqual(kinds(history), ["skipped"])

    def test_flags_a_reader_that_goes_back(self):
        history = RIGHT[:7] + [poll("0:0", 0, 0), poll("0:1", 1, 0), poll("0:0", 0, 0)] + RIGHT[7:]
        self.assertEqual(kinds(history), ["skipped"])

    def test_flags_an_end_that_goes_back(self):
        self.assertEqual(kinds(RIGHT[:3] + [end(3), end(2)]), ["end went back"])

    def test_flags_an_end_below_what_was_acknowledged(self):
        self.assertEqual(kinds(RIGHT[:6] + [end(2)] + RIGHT[7:]), ["end went back"])

    def test_flags_an_end_of_zero(self):
        self.assertEqual(kinds(RIGHT + [end(0)]), ["end went back"])

    def test_flags_a_record_that_nobody_sent(self):
        self.assertEqual(kinds(RIGHT + [poll("9:9", 3)]), ["never sent"])

    def test_flags_a_record_in_the_wrong_partition(self):
        self.assertEqual(kinds([send("0:0", 1), ok("0:0", 0, 0), poll("0:0", 0)]), ["never sent"])

    def test_flags_a_failed_record_that_is_seen(self):
        self.assertEqual(kinds([send("0:0"), fail("0:0"), poll("0:0", 0)]), ["failed but seen"])

    def test_flags_a_client_that_broke(self):
        self.assertEqual(kinds(RIGHT + [{"op": "broken", "who": "producer", "why": "fenced"}]), ["broken"])


if __name__ == "__main__":
    unittest.main()
