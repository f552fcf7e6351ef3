"""A correction as an example: what its heads look at, and which answers were possible."""

from __future__ import annotations

from handlers.understanding import belongs, by_itself
from handlers.understanding.meaning import Place, Scene
from handlers.understanding.model import load_model
from handlers.understanding.pairs import TABLE
from handlers.understanding.reader import WEIGHTS
from handlers.understanding.reading import HEADS
from handlers.understanding.seen import Seen, see, see_pair
from handlers.understanding.taught import Taught, answers, table_of
from tests.handlers.understanding.saying import HOME, heard, opened_by

TEXT = "电梯又坏了"


def seen() -> Seen:
    return see(heard(TEXT, home=HOME, role="unit_captain"), Scene(area=Place("3")), "lift")


def test_without_words_only_what_was_kept_is_looked_at() -> None:
    taught = Taught("not_request", seen(), {"outcome": "talk"})
    assert taught.features("outcome") == seen().tables["whole"]


def test_words_add_their_own_and_change_nothing_of_what_was_around() -> None:
    kept = seen().tables["whole"]
    more = set(Taught("not_request", seen(), {}, TEXT).features("outcome")) - set(kept)
    assert {"电梯", "又坏了", "#word 电梯"} <= more
    assert not [each for each in more if "|" in each or each.startswith("@")]


def test_the_place_has_the_answers_that_were_possible() -> None:
    taught = Taught("place", seen(), {})
    assert taught.allowed("unit") == {"home", "none"}
    assert "area,home,home" in (taught.allowed("together") or ())
    assert taught.allowed("outcome") is None


def test_the_shipped_model_answers_what_it_reads() -> None:
    model = load_model(WEIGHTS)
    taught = Taught("category", seen(), {"category": "lift"}, TEXT)
    assert answers(model, taught, "category") == "lift"
    assert answers(model, taught, "building") in (taught.allowed("building") or ())


def test_every_decision_has_its_table() -> None:
    model = load_model(WEIGHTS)
    taught = {head: table_of(head) for head in (*HEADS, "link")}
    last = {belongs.HEAD: belongs.TABLE}  # no correction teaches it
    assert taught | last == {head: each.table for head, each in model.heads.items()}


def test_of_a_pair_there_is_one_table() -> None:
    known = opened_by(heard("电梯坏了", "wang", key="5"), "lift", HOME)
    taught = Taught("merged", see_pair(heard(TEXT), known), {"link": "yes"})
    assert taught.features("link") == taught.seen.tables[TABLE]
    assert answers(load_model(WEIGHTS), taught, "link") in ("yes", "no")


def test_what_is_a_report_or_none_is_so_by_itself() -> None:
    """What else becomes of a line tells nothing of its words alone."""
    taught = Taught("not_request", seen(), {"outcome": "talk"}, TEXT)
    assert taught.answers() == {"outcome": "talk", by_itself.HEAD: "talk"}
    assert set(taught.features(by_itself.HEAD)) < set(taught.features("outcome"))
    assert Taught("place", seen(), {"unit": "home"}).answers() == {"unit": "home"}
