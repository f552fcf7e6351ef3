"""The shipped weights belong to the code beside them."""

from __future__ import annotations

from pathlib import Path

from handlers.understanding.model import Head, Model, load_model, save_model
from handlers.understanding.reader import WEIGHTS
from handlers.understanding.reading import HEADS, fingerprint


def test_the_weights_were_fitted_for_these_features() -> None:
    assert load_model(WEIGHTS).fingerprint == fingerprint(), (
        "features or cues changed: fit again with `python -m bench.fit_understanding`"
    )


def test_the_weights_hold_every_head_and_stay_small() -> None:
    assert set(load_model(WEIGHTS).heads) == {*HEADS, "link"}
    assert WEIGHTS.stat().st_size < 1_500_000


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    head = Head(("no", "yes"), (0.5, -0.5), {"#s help": (-1.0, 1.0)})
    model = Model({"emergency": head}, {"open": 0.4}, 7)
    save_model(model, tmp_path / "w.json.gz")
    assert load_model(tmp_path / "w.json.gz") == model


def test_scores_are_sums_and_chances_sum_to_one() -> None:
    head = Head(("no", "yes"), (0.0, 0.0), {"a": (0.0, 2.0), "b": (1.0, 0.0)})
    assert head.scores(["a", "b", "unknown"]) == [1.0, 2.0]
    assert abs(sum(head.chances(["a"]).values()) - 1) < 1e-9
    assert head.strongest(["a", "b"], "yes", 1) == [("a", 2.0)]
