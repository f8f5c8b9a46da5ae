"""The protocol of feed windows over random histories, and every rule of it left out once."""

import os
import secrets
from typing import Any

import pytest

from tests.feeds.mutants import MUTANTS, RARE, mutant
from tests.feeds.scenes import SCENES, Scene
from tests.feeds.simulator import MIXES, Simulator, Wrong, small

STEPS = int(os.environ.get("FEED_STEPS", "20000"))
"""Steps of each mix."""
PATIENCE = 5000
"""Steps of each of sixteen histories in which a rule that was left out must be noticed."""

pytestmark = pytest.mark.usefixtures("many_connections")


@pytest.mark.slow
@pytest.mark.parametrize("mix", MIXES)
def test_every_page_is_that_of_plain_sql(record_property: Any, mix: str) -> None:
    seed = int(os.environ.get("FEED_SEED") or secrets.randbelow(10**9))
    simulator = Simulator(seed, mix)
    try:
        steps = simulator.run(STEPS)
    finally:
        told = ", ".join(f"{n} {name}" for name, n in sorted(simulator.told.items()))
        record_property("shown", f"feed mix {mix}, seed {seed}: {told}")
    assert steps == STEPS
    assert simulator.told["pages"] > STEPS / 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_left_out_is_noticed(record_property: Any, name: str) -> None:
    mix, put = MUTANTS[name]
    with mutant(put):
        found = next(filter(None, (first_wrong(seed, mix) for seed in range(1, 17))), None)
    record_property("shown", f"{name}: {mix}, {found}")
    assert found


def first_wrong(seed: int, mix: str) -> str | None:
    try:
        Simulator(seed, mix).run(PATIENCE)
    except Wrong as wrong:
        return f"seed {seed}, {wrong}"
    return None


def played(name: str) -> bool:
    """Whether a page of the scene was wrong."""
    scene = Scene()
    try:
        with small(scene):
            SCENES[name](scene)
    finally:
        scene.stage.close()
    return scene.wrong


def test_each_rare_rule_has_its_scene() -> None:
    assert RARE.keys() == SCENES.keys()


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_right_with_its_rule_and_wrong_without(name: str) -> None:
    assert not played(name)
    with mutant(RARE[name]):
        assert played(name)
