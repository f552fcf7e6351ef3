"""The sample subdistrict is what it says: its scale, its people, and nobody without a helper."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from config.policy import default_policy
from config.terms import Governance
from handlers.duty.phrases import read_parts
from handlers.duty.turns import minutes
from handlers.neighbourhood.file import Neighbourhood, read_file
from handlers.neighbourhood.file.checking import Places, meant, paths_of, walk
from handlers.neighbourhood.file.model import PlaceEntry

SAMPLE = Path("config/sample/subdistrict.yaml")
POLICY = default_policy()


def sample() -> Neighbourhood:
    return read_file(SAMPLE, frozenset(POLICY.roles))


def of_kind(found: Neighbourhood, kind: str) -> dict[str, PlaceEntry]:
    return {path: each for path, _, each in walk(found.places) if each.kind == kind}


def holders(found: Neighbourhood) -> Counter[tuple[str, str]]:
    """How many hold which role in which place (by its whole path)."""
    places = Places(paths_of(found))
    return Counter(
        (held.role, meant(held.area, places, Places())[0])
        for person in found.people
        for held in person.roles
    )


def test_it_has_the_scale_that_it_names() -> None:
    found = sample()
    assert len(of_kind(found, "neighbourhood")) == 6
    assert len(of_kind(found, "building")) == 41
    households = sum(len(each.rooms) * max(1, len(each.units)) for _, _, each in walk(found.places))
    assert households > 1_000


def test_every_building_and_every_stairwell_has_one_captain() -> None:
    found = sample()
    held = holders(found)
    for path, building in of_kind(found, "building").items():
        assert held["building_captain", path] == 1, path
        for unit in building.units:
            assert held["unit_captain", f"{path}/{unit}"] == 1, f"{path}/{unit}"


def test_every_neighbourhood_has_its_staff_and_its_number() -> None:
    found = sample()
    held = holders(found)
    for path, hood in of_kind(found, "neighbourhood").items():
        assert hood.hotline, path
        assert hood.governance is not None
        assert hood.enclosed is not None
        for role in ("grid_worker", "property_manager"):
            assert any(held[role, each] for each in line(path)), (role, path)
        if hood.governance == "self":
            assert held["neighbourhood_captain", path] == 1, path


def line(path: str) -> list[str]:
    """A place and all above it."""
    parts = path.split("/")
    return ["/".join(parts[:i]) for i in range(len(parts), 0, -1)]


def test_every_rung_of_every_ladder_reaches_somebody() -> None:
    found = sample()
    held = holders(found)
    hoods = of_kind(found, "neighbourhood")
    for path, building in of_kind(found, "building").items():
        hood = next(hoods[each] for each in line(path) if each in hoods)
        governance: Governance = "baseline" if hood.governance == "baseline" else "self"
        for unit in building.units:
            for name, ladder in POLICY.ladders[governance].items():
                for rung in ladder.steps:
                    reached = [
                        role
                        for role in rung.roles
                        for each in line(f"{path}/{unit}")
                        if held[role, each]
                    ]
                    assert reached, (f"{path}/{unit}", governance, name, rung)


def test_its_people_are_made_up() -> None:
    """No name twice, no reachable account, no number that could be somebody's."""
    found = sample()
    names = Counter(person.name for person in found.people)
    assert [name for name, count in names.items() if count > 1] == []
    assert {name for person in found.people for name in person.accounts} == {"local"}
    for person in found.people:
        assert person.phone is None or person.phone.startswith("138000000"), person.name
    for hood in of_kind(found, "neighbourhood").values():
        assert (hood.hotline or "").startswith("0432-655501"), hood.name
    assert {chat.platform for chat in found.chats} == {"local"}


def test_somebody_is_on_duty_by_day_and_by_night_and_a_round_has_three_points() -> None:
    """`/duty` answers in the demo: a desk, a line at night, and a round, each with people who can
    be written to."""
    found = sample()
    known = {person.key: person for person in found.people}
    days, lines, rounds = set[str](), set[str](), list[int]()
    for each in found.duty:
        rule, crews = read_parts(
            each.when, each.people, date(2026, 3, 2), "Asia/Shanghai", rounds=bool(each.points)
        )
        assert all(known[key].accounts for crew in crews for key in crew), each.name
        assert len(crews) > 1, "somebody to hand over to"
        if each.points:
            rounds.append(len(each.points))
            continue
        (lines if minutes(rule.slots[0][1]) > 24 * 60 else days).add(each.name)
    assert days
    assert lines
    assert rounds == [3]
