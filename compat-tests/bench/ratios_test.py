#!/usr/bin/env python3
"""The arithmetic behind ./dev bench."""

import unittest

import ratios


class Ratios(unittest.TestCase):
    def test_the_interval_holds_the_median_and_lies_within_the_values(self):
        values = [0.9, 1.0, 1.1, 1.2, 1.3, 1.0, 0.8, 1.05]
        middle, low, high = ratios.median_interval(values)
        self.assertAlmostEqual(middle, 1.025)
        self.assertTrue(0.8 <= low <= middle <= high <= 1.3)

    def test_the_interval_shrinks_to_a_point_when_all_pairs_agree(self):
        self.assertEqual(ratios.median_interval([0.5] * 8), (0.5, 0.5, 0.5))

    def test_one_outlier_does_not_move_the_median(self):
        self.assertAlmostEqual(ratios.median_interval([0.5] * 7 + [50.0])[0], 0.5)

    def test_the_order_is_abba_baab(self):
        self.assertEqual(["".join(pair) for pair in ratios.order("AB", 8)],
                         ["AB", "BA", "BA", "AB", "AB", "BA", "BA", "AB"])

    def test_ratios_are_taken_pair_by_pair(self):
        self.assertEqual(ratios.pairwise([1, 6], [2, 3]), [0.5, 2.0])
        with self.assertRaises(ValueError):
            ratios.pairwise([1], [1, 2])

    def test_a_floor_that_moves_is_seen(self):
        self.assertAlmostEqual(ratios.moved([1.0, 1.0, 1.2]), 0.2)


if __name__ == "__main__":
    unittest.main()
