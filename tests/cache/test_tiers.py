"""The tiers by name: analytics, custom, profiles, vectors."""

import math
from typing import Any

import pytest

from skeletal.cache import analytics, custom, profiles, vectors
from skeletal.errors import InvalidInput
from tests.cache.test_tier import CARD, raw

pytestmark = pytest.mark.usefixtures("own")


def nested(depth: int) -> list[Any]:
    """A list in a list, and so on."""
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize(
    "value", ["نور", "", 0, -1.5, None, True, [], {"a": [1, {"b": None}]}, "\x00 \u202e 👨‍👩‍👧"]
)
def test_anything_of_json_s_kinds_comes_back(value: Any) -> None:
    assert custom.set("k", value)
    assert custom.get("k") == value
    assert custom.exists("k")
    assert custom.delete("k")
    assert custom.get("k") is None


@pytest.mark.parametrize(
    "value", [b"x", {1: 2}, (1,), {1}, math.nan, math.inf, [[]] * 3 + [nested(40)], object()]
)
def test_what_json_has_not_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        custom.set("k", value)
    assert not custom.exists("k")


@pytest.mark.parametrize("amount", [2**70, 1.5, None, True, "1"])
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(InvalidInput):
        analytics.increment_counter("a", amount)


@pytest.mark.parametrize("key", ["", "x" * 201, None, 7, b"x"])
def test_what_is_no_key_is_refused(key: Any) -> None:
    for call in (custom.get, custom.delete, custom.exists, lambda k: custom.set(k, 1)):
        with pytest.raises(InvalidInput):
            call(key)


@pytest.mark.parametrize("ttl", [0, -1, math.inf, math.nan, 31 * 86_400, "5"])
def test_what_is_no_time_to_live_is_refused(ttl: Any) -> None:
    with pytest.raises(InvalidInput):
        custom.set("k", 1, ttl)


def test_a_value_ends_with_the_time_it_was_given() -> None:
    custom.set("k", 1, 10)
    [life] = raw(custom._tier, lambda key: ("PTTL", key("k")))
    assert 9_000 < life <= 10_000


def test_a_count_ends_a_day_after_it_began() -> None:
    assert [analytics.increment_counter("posts", n) for n in (1, 5, -2)] == [1, 6, 4]
    assert analytics.get_counter("posts") == 4
    assert analytics.get_counter("others") == 0
    [life] = raw(analytics._tier, lambda key: ("PTTL", key("posts")))
    assert 86_000_000 < life <= 86_400_000


def test_metrics_have_the_specification_s_shape() -> None:
    before = analytics.get_metrics()
    custom.set("k", 1)
    custom.get("k")
    custom.get("absent")
    custom.delete("k")
    after = analytics.get_metrics()
    assert after["total_writes"] - before["total_writes"] == 1
    assert after["total_deletes"] - before["total_deletes"] == 1
    assert after["hit_rate"] + after["miss_rate"] == pytest.approx(1)
    assert 0 < after["avg_operation_ms"] < 1000
    assert after["tiers"].keys() == {
        *("sessions", "feeds", "profiles", "vectors", "limits", "analytics", "custom")
    }


def test_cards_come_in_the_order_asked_and_are_loaded_once() -> None:
    asked: list[list[int]] = []

    def load(ids: list[int]) -> dict[int, Any]:
        asked.append(ids)
        return {pk: CARD for pk in ids if pk != 4}

    assert list(profiles.load_profiles([3, 4, 1], load)) == [3, 1]
    assert list(profiles.load_profiles([1, 3], load)) == [1, 3]
    assert asked == [[3, 4, 1]]
    profiles.invalidate_profiles([1, 3])
    assert profiles.get_user_profile(1) is None
    assert profiles.set_user_profile(1, CARD)
    assert profiles.get_user_profile(1) == CARD


def test_a_vector_is_kept_in_four_bytes_a_number(settings: Any) -> None:
    settings.VECTOR_DIMENSIONS = 256
    numbers = [n / 3 for n in range(256)]
    assert vectors.set_user_vector(1, numbers)
    assert vectors.get_user_vector(1) == pytest.approx(numbers, rel=1e-6)
    [size] = raw(vectors._tier, lambda key: ("STRLEN", key(1)))
    assert 1024 < size < 1032
    assert vectors.get_user_vector(2) is None


def test_a_vector_of_another_dimension_is_none(settings: Any) -> None:
    settings.VECTOR_DIMENSIONS = 4
    vectors.set_user_vector(1, [1.0] * 4)
    settings.VECTOR_DIMENSIONS = 8
    assert vectors.get_user_vector(1) is None


@pytest.mark.parametrize(
    "embedding",
    [[], [1.0] * 7, [1.0] * 9, [math.nan] * 8, [math.inf] * 8, [1e300] * 8, ["x"] * 8, b"12345678"],
)
def test_what_is_no_vector_is_refused(embedding: Any) -> None:
    with pytest.raises(InvalidInput):
        vectors.set_user_vector(1, embedding)
