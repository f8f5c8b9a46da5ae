"""Ids are whole numbers."""

from typing import Any

import pytest

from skeletal.errors import InvalidInput
from skeletal.rules.ids import whole_id


@pytest.mark.parametrize("value", [-1, 0, 7, 2**63, 2**200])
def test_a_whole_number_passes_as_it_is(value: int) -> None:
    assert whole_id(value, "post_id") == value


@pytest.mark.parametrize("value", [None, True, 1.0, float("nan"), "7", b"7", [7], {}, object()])
def test_what_is_none_is_refused_by_name(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        whole_id(value, "post_id")
    assert caught.value.context == {"field": "post_id"}
