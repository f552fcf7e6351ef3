"""What a file says about itself must fit together: names, places, roles, accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.words import catalogue
from handlers.duty.phrases import MOST_POINTS, LineError, read_parts
from handlers.neighbourhood.file.model import Neighbourhood, PersonEntry, PlaceEntry, code_of
from handlers.neighbourhood.file.problems import Path
from handlers.neighbourhood.file.reading import Draft
from handlers.reminders.phrases import parse_when
from handlers.reminders.times import WhenError
from storage.tables.directory import KINDS


@dataclass(frozen=True, slots=True)
class Known:
    """What a file may speak of without saying it itself."""

    roles: Collection[str]
    platforms: Collection[str] | None = None  #: None: any
    places: Collection[str] = ()  #: paths of the places that exist already
    people: Collection[str] = ()  #: keys of the people that exist already
    now: datetime | None = None  #: None: the times of reminders are not read
    zone: str = "Asia/Shanghai"


def walk(places: Sequence[PlaceEntry]) -> Iterator[tuple[str, Path, PlaceEntry]]:
    """All places that are written out, with their paths of names and their paths in the file."""
    waiting: list[tuple[str, Path, PlaceEntry]] = _below("", (), places)
    while waiting:
        path, at, each = waiting.pop()
        yield path, at, each
        waiting += _below(f"{path}/", at, each.places)


def _below(
    parent: str, above: Path, places: Sequence[PlaceEntry]
) -> list[tuple[str, Path, PlaceEntry]]:
    found = [(parent + each.name, (*above, "places", i), each) for i, each in enumerate(places)]
    found.reverse()  # the first is taken first
    return found


def in_short(place: PlaceEntry) -> Iterator[tuple[str, str, str]]:
    """The places in `units` and `rooms`: kind, name, and the path below this place."""
    for unit in place.units:
        yield "unit", unit, ""
        yield from (("household", room, f"/{unit}") for room in place.rooms)
    if not place.units:
        yield from (("household", room, "") for room in place.rooms)


def paths_of(found: Neighbourhood) -> set[str]:
    """The paths of all places, those in the short lists too."""
    paths: set[str] = set()
    for path, _, each in walk(found.places):
        paths.add(path)
        paths.update(f"{path}{under}/{name}" for _, name, under in in_short(each))
    return paths


class Places:
    """Places by their paths, and by any end of a path ("3栋/2单元")."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._paths: set[str] = set()
        self._ends: dict[str, list[str]] = {}
        self.add(paths)

    def add(self, paths: Iterable[str]) -> None:
        """Know these too."""
        for path in paths:
            self._paths.add(path)
            above, _, last = path.rpartition("/")
            self._ends.setdefault(last, []).append(path)
            if above:
                self._ends.setdefault(f"{above.rpartition('/')[2]}/{last}", []).append(path)

    def named(self, name: str) -> list[str]:
        """The places whose path is this, else those whose path ends so."""
        if name in self._paths:
            return [name]
        short = "/".join(name.split("/")[-2:])
        return [path for path in self._ends.get(short, ()) if f"/{path}".endswith(f"/{name}")]


def meant(name: str, own: Places, others: Places) -> list[str]:
    """The places that a name may mean: the file's own first. A whole path means itself."""
    wanted = name.strip("/")
    return own.named(wanted) or others.named(wanted)


def check(draft: Draft, known: Known) -> None:
    """Tell all that does not fit together, and put roles' names into their keys."""
    _tree(draft)
    _twice(draft)
    _people(draft, known)
    _platforms(draft, known)
    if "places" not in draft.broken:
        _areas(draft, known)
    _moments(draft, known)
    _duty(draft, known)


def _tree(draft: Draft) -> None:
    siblings: Counter[tuple[str, str, str]] = Counter()
    for path, at, each in walk(draft.found.places):
        parent = path.rpartition("/")[0]
        code = each.code or code_of(each.kind, each.name)
        siblings[parent, each.kind, code] += 1
        if siblings[parent, each.kind, code] == 2:
            draft.wrong((*at, "name"), "twice", name=each.name)
        if each.units and each.kind != "building":
            draft.wrong((*at, "units"), "units_where", name=each.name)
        for number, below in enumerate(each.places):
            if KINDS.index(below.kind) <= KINDS.index(each.kind):
                spot = (*at, "places", number, "kind")
                draft.wrong(spot, "wrong_level", name=below.name, above=each.name)
        if each.units or each.rooms:
            _short(draft, at, each)


def _short(draft: Draft, at: Path, place: PlaceEntry) -> None:
    for name, values in (("units", place.units), ("rooms", place.rooms)):
        for value, count in Counter(values).items():
            if count > 1:
                draft.wrong((*at, name), "twice", name=value)
    names = {below.name for below in place.places}
    for value in place.units or place.rooms:
        if value in names:
            draft.wrong((*at, "places"), "twice", name=value)


def _twice(draft: Draft) -> None:
    seen: set[tuple[str, ...]] = set()
    for name, spot in _names(draft.found):
        if name in seen:
            draft.wrong(spot, "twice", name=": ".join(name[1:]))
        seen.add(name)


def _names(found: Neighbourhood) -> Iterator[tuple[tuple[str, ...], Path]]:
    for number, person in enumerate(found.people):
        yield ("person", person.key), ("people", number, "key")
        for platform, ids in person.accounts.items():
            for each in ids:
                yield ("account", platform, each), ("people", number, "accounts", platform)
    for number, chat in enumerate(found.chats):
        yield ("chat", chat.platform, chat.id), ("chats", number, "id")
    for number, reminder in enumerate(found.reminders):
        yield ("reminder", reminder.area, reminder.text), ("reminders", number, "text")
    for number, rota in enumerate(found.duty):
        yield ("duty", rota.area, rota.name), ("duty", number, "name")


def _people(draft: Draft, known: Known) -> None:
    words = catalogue()
    names = {
        word: role
        for role in known.roles
        if words.has(f"roles.{role}")
        for word in words.every(f"roles.{role}")
    }
    keys = draft.keys | set(known.people)
    for number, person in enumerate(draft.found.people):
        for i, held in enumerate(person.roles):
            held.role = names.get(held.role, held.role)
            if held.role not in known.roles:
                spot = ("people", number, "roles", i, "role")
                draft.wrong(spot, "one_of", text=held.role, known=", ".join(sorted(known.roles)))
        _leave(draft, number, person, keys)


def _leave(draft: Draft, number: int, person: PersonEntry, keys: set[str]) -> None:
    for i, leave in enumerate(person.leave):
        at = ("people", number, "leave", i)
        if leave.last < leave.first:
            draft.wrong((*at, "to"), "leave_order")
        if leave.deputy == person.key:
            draft.wrong((*at, "deputy"), "own_deputy")
        elif leave.deputy and leave.deputy not in keys:
            draft.wrong((*at, "deputy"), "no_person", name=leave.deputy)


def _platforms(draft: Draft, known: Known) -> None:
    if known.platforms is None:
        return
    shown = ", ".join(sorted(known.platforms))
    for number, person in enumerate(draft.found.people):
        for platform in person.accounts:
            if platform not in known.platforms:
                spot = ("people", number, "accounts", platform)
                draft.wrong(spot, "one_of", text=platform, known=shown)
    for number, chat in enumerate(draft.found.chats):
        if chat.platform not in known.platforms:
            spot = ("chats", number, "platform")
            draft.wrong(spot, "one_of", text=chat.platform, known=shown)


def _areas(draft: Draft, known: Known) -> None:
    own, others = Places(paths_of(draft.found)), Places(known.places)
    for area, spot in named_areas(draft.found):
        found = meant(area, own, others)
        if not found:
            draft.wrong(spot, "no_area", name=area)
        elif len(found) > 1:
            draft.wrong(spot, "many_areas", name=area, found="; ".join(sorted(found)[:3]))


def named_areas(found: Neighbourhood) -> Iterator[tuple[str, Path]]:
    """Every place that is named somewhere, and where."""
    for number, person in enumerate(found.people):
        for i, held in enumerate(person.roles):
            yield held.area, ("people", number, "roles", i, "area")
        for i, home in enumerate(person.homes):
            yield home, ("people", number, "homes", i)
    for number, chat in enumerate(found.chats):
        yield chat.area, ("chats", number, "area")
    for number, reminder in enumerate(found.reminders):
        yield reminder.area, ("reminders", number, "area")
    for number, rota in enumerate(found.duty):
        yield rota.area, ("duty", number, "area")


def _moments(draft: Draft, known: Known) -> None:
    """The times of reminders can be read. One that is past may stand in the database already."""
    for number, each in enumerate(draft.found.reminders if known.now else ()):
        assert known.now is not None
        try:
            _, rest = parse_when(each.when, known.now, known.zone)
        except WhenError as error:
            wrong = error.key not in ("reminders.past", "reminders.never")
        else:
            wrong = bool(rest)
        if wrong:
            draft.wrong(("reminders", number, "when"), "bad_when", text=each.when)


#: Any day: whether a line is understood does not depend on it.
SOME_DAY = date(2026, 1, 5)


def _duty(draft: Draft, known: Known) -> None:
    """The times of rotas can be read, and their people are known."""
    keys = draft.keys | set(known.people)
    for number, each in enumerate(draft.found.duty):
        at = ("duty", number)
        try:
            _, crews = read_parts(
                each.when, each.people, SOME_DAY, known.zone, rounds=bool(each.points)
            )
        except LineError:
            draft.wrong((*at, "when"), "bad_duty", text=each.when)
            continue
        if not crews:
            draft.wrong((*at, "people"), "missing", name="people")
        for key in (key for crew in crews for key in crew if key not in keys):
            draft.wrong((*at, "people"), "no_person", name=key)
        if len(each.points) > MOST_POINTS:
            draft.wrong((*at, "points"), "too_long", max_length=MOST_POINTS)
