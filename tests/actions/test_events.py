"""The page of facts says what the code does, and each schema is one."""

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from skeletal.actions.events import FACTS, KINDS, fact
from tests.actions.events_page import PAGE, page


def test_the_page_is_that_of_the_code() -> None:
    assert PAGE.read_text() == page(), "run `python -m tests.actions.events_page`"


def test_each_schema_is_one_and_refuses_what_is_more() -> None:
    page()
    assert len(FACTS) > 30
    samples = {"id": "7", "id?": None, "ids": ["7"], "word": "post", "number": 7}
    for made in FACTS.values():
        Draft202012Validator.check_schema(made.schema)
        judge = Draft202012Validator(made.schema)
        payload = {name: samples[kind] for name, kind in made.fields.items()}
        assert judge.is_valid(payload), made.name
        assert not judge.is_valid({**payload, "more": "7"})
        for name in payload:
            assert not judge.is_valid({key: payload[key] for key in payload if key != name})
            assert not judge.is_valid({**payload, name: "what a person wrote"})


def test_a_row_that_is_no_such_fact_is_refused() -> None:
    one = fact("test.happened", "user", "Something happened.", user_id="id")
    del FACTS["test.happened"]
    for values in ({}, {"user_id": "1", "more": "1"}, {"other": "1"}):
        with pytest.raises(TypeError):
            one.row("done", of="1", actor="1", **values)
        with pytest.raises(TypeError):
            one.tell(of=1, actor=1, **values)
    assert set(KINDS) == {"id", "id?", "ids", "word", "number"}
