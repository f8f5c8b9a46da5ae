"""The decayed mean: newer things first, loud ones not louder, nothing of another kind."""

from math import inf, nan, sqrt

import pytest

from skeletal.rules.interests import HALF_LIFE, decayed_mean, normal


def test_a_like_counts_half_after_its_half_life() -> None:
    found = decayed_mean([(0.0, [1.0, 0.0]), (HALF_LIFE, [0.0, 1.0])], 2)
    assert found == pytest.approx([2 / sqrt(5), 1 / sqrt(5)])


def test_only_how_much_older_one_is_matters() -> None:
    liked = [(3.0, [1.0, 0.2]), (9.0, [0.1, 1.0])]
    later = [(age + 4000, vector) for age, vector in liked]
    assert decayed_mean(later, 2) == pytest.approx(decayed_mean(liked, 2))


def test_a_loud_one_says_no_more_than_a_quiet_one() -> None:
    assert decayed_mean([(0, [1e300, 0]), (0, [0, 1e-300])], 2) == pytest.approx([sqrt(0.5)] * 2)


@pytest.mark.parametrize(
    "vector", [[], [1.0], [1.0] * 3, [0.0, 0.0], [nan, 1.0], [inf, 1.0]], ids=str
)
def test_what_says_nothing_is_left_out(vector: list[float]) -> None:
    assert decayed_mean([(0, vector)], 2) is None
    assert decayed_mean([(0, vector), (5, [0.0, 3.0])], 2) == [0.0, 1.0]


def test_opposites_cancel() -> None:
    assert decayed_mean([(0, [1.0, 0.0]), (0, [-1.0, 0.0])], 2) is None
    assert decayed_mean([], 2) is None
    assert normal([3.0, 4.0]) == [0.6, 0.8]
