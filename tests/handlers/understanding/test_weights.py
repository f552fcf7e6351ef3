"""The shipped weights belong to the code beside them."""

from __future__ import annotations

import tracemalloc
from math import exp
from pathlib import Path
from time import process_time

import pytest

from handlers.understanding import belongs
from handlers.understanding.model import (
    Fitted,
    Model,
    Seen,
    assemble,
    load_model,
    pack,
    save_model,
)
from handlers.understanding.reader import WEIGHTS
from handlers.understanding.reading import HEADS, fingerprint


def test_the_weights_were_fitted_for_these_features() -> None:
    assert load_model(WEIGHTS).fingerprint == fingerprint(), (
        "features or cues changed: fit again with `python -m bench.fit_understanding`"
    )


def test_the_weights_hold_every_head_and_stay_small() -> None:
    assert set(load_model(WEIGHTS).heads) == {*HEADS, "link", belongs.HEAD}
    assert WEIGHTS.stat().st_size < 1_500_000


def test_loading_costs_little_time_and_memory() -> None:
    began = process_time()
    model = load_model(WEIGHTS)
    loaded = process_time()
    assert all(len(table) for table in model.tables.values())
    unpacked = process_time() - loaded
    assert 10 * (loaded - began) < unpacked, (
        "tables are unpacked when first needed, not at the start"
    )
    tracemalloc.start()
    try:
        rows = sum(len(table) for table in load_model(WEIGHTS).tables.values())
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows > 10_000
    assert held < 20_000_000
    assert model.heads


HEADS_OF_TWO = {
    "emergency": Fitted(("no", "yes"), (0.45, -0.45), {"#s help": (-0.9, 0.9)}),
    "kind": Fitted(
        ("a", "b", "c"), (0.0, 0.0, 0.0), {"#s help": (0.0, 2.1, 0.6), "w": (0.9, 0, 0)}
    ),
}


def two_heads() -> Model:
    """Two heads that look at the same features."""
    return assemble(HEADS_OF_TWO, dict.fromkeys(HEADS_OF_TWO, "words"), {"open": 0.4}, 7)


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    save_model(two_heads(), tmp_path / "w.bin")
    assert load_model(tmp_path / "w.bin") == two_heads()


def test_what_is_loaded_to_read_with_alone_holds_nothing_twice(tmp_path: Path) -> None:
    save_model(two_heads(), tmp_path / "w.bin")
    model = load_model(tmp_path / "w.bin", kept=False)
    assert len(model.tables["words"]) == 2
    assert not model.tables["words"].packed
    assert model.chances("kind", model.see("words", ["w"]))["a"] > 0.5
    with pytest.raises(ValueError, match="cannot be written"):
        save_model(model, tmp_path / "again.bin")
    assert not (tmp_path / "again.bin").exists()


def test_scores_are_sums_and_chances_sum_to_one() -> None:
    model = two_heads()
    seen = model.see("words", ["#s help", "w", "unknown"])
    assert seen == model.see("words", ["#s help", "w"]), "unknown ones weigh nothing"
    assert model.chances("emergency", seen)["yes"] == pytest.approx(1 / (1 + exp(-0.9)))
    powers = [exp(0.9), exp(2.1), exp(0.6)]
    assert list(model.chances("kind", seen).values()) == pytest.approx(
        [each / sum(powers) for each in powers]
    )
    rows = model.rows("words", ["#s help", "w"])
    assert model.strongest("kind", rows, "b", 1) == [("#s help", 2.1)]


def test_weights_beyond_what_a_lane_holds_are_cut() -> None:
    head = Fitted(("no", "yes"), (0.0, 0.0), {"a": (-1000.0, 1000.0)})
    model = assemble({"link": head}, {"link": "pair"}, {})
    assert model.strongest("link", model.rows("pair", ["a"]), "yes") == [("a", 20.46)]
    assert model.chances("link", model.see("pair", ["a"] * 500))["yes"] == 1.0


@pytest.mark.parametrize("families", [(), ("before",)])
def test_names_of_different_scripts_are_told_apart(families: tuple[str, ...]) -> None:
    """Whose bytes are the same in memory: "ir" and "物", "4l" and "水"; only one has a weight."""
    signs = [chr(code) for code in range(0x4E00, 0xA000)]
    twins = [sign.encode("utf-16-le").decode("latin-1") for sign in signs]
    table = pack(dict.fromkeys(signs, (1.0,)), 1, families)
    assert table.rows.pairs(twins) == []
    assert table.see(twins) == Seen(0)
    assert not families or table.rows.wide_sum(twins) == 0
    assert [name for _, name in table.rows.pairs(signs)] == signs


def test_no_two_names_that_are_known_share_a_row() -> None:
    for table in load_model(WEIGHTS).tables.values():
        assert len(table.rows.keys) == len(table), "each name is found by a key of its own"
