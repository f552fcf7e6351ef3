"""What a file says about itself must fit together: names, places, roles, accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from handlers.directory.file.model import KINDS, Neighbourhood, PlaceEntry
from handlers.directory.file.problems import FileError

Tree = Mapping[str, list[str]]


def walk(places: list[PlaceEntry], parent: str = "") -> Iterator[tuple[str, PlaceEntry]]:
    """All places that are written out, with their paths."""
    for each in places:
        path = f"{parent}/{each.name}" if parent else each.name
        yield path, each
        yield from walk(each.places, path)


def paths_of(found: Neighbourhood) -> set[str]:
    """The paths of all places, those in the short lists too."""
    paths: set[str] = set()
    for path, each in walk(found.places):
        paths.add(path)
        for unit in each.units:
            paths.add(f"{path}/{unit}")
            paths.update(f"{path}/{unit}/{room}" for room in each.rooms)
        if not each.units:
            paths.update(f"{path}/{room}" for room in each.rooms)
    return paths


def ends_of(paths: set[str]) -> dict[str, list[str]]:
    """Every end of a path ("3栋/2单元") with the paths that end so."""
    ends: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("/")
        for i in range(len(parts)):
            ends.setdefault("/".join(parts[i:]), []).append(path)
    return ends


def check(found: Neighbourhood, roles: frozenset[str]) -> list[FileError]:
    """All that does not fit together."""
    ends = ends_of(paths_of(found))
    errors = [*_tree(found), *_twice(found), *_people(found, roles, ends)]
    for name, entries in (("chats", found.chats), ("reminders", found.reminders)):
        for number, each in enumerate(entries, 1):
            errors += _area(ends, each.area, f"{name}, {number}")
    return errors


def _tree(found: Neighbourhood) -> Iterator[FileError]:
    seen: Counter[str] = Counter()
    for path, each in walk(found.places):
        seen[path] += 1
        if seen[path] == 2:
            yield FileError(f"places, {path}", "twice", {"name": each.name})
        for below in each.places:
            if KINDS.index(below.kind) <= KINDS.index(each.kind):
                values: dict[str, object] = {"name": below.name, "above": each.name}
                yield FileError(f"places, {path}/{below.name}", "wrong_level", values)


def _twice(found: Neighbourhood) -> Iterator[FileError]:
    keys = Counter(each.key for each in found.people)
    chats = Counter((each.platform, each.id) for each in found.chats)
    accounts = Counter((p, a) for each in found.people for p, a in each.accounts.items())
    for names, where in ((keys, "people"), (chats, "chats"), (accounts, "accounts")):
        for name, count in names.items():
            if count > 1:
                shown = name if isinstance(name, str) else ": ".join(name)
                yield FileError(where, "twice", {"name": shown})


def _people(found: Neighbourhood, roles: frozenset[str], ends: Tree) -> Iterator[FileError]:
    keys = {each.key for each in found.people}
    for each in found.people:
        where = f"people, {each.key}"
        for held in each.roles:
            if held.role not in roles:
                known: dict[str, object] = {"text": held.role, "known": ", ".join(sorted(roles))}
                yield FileError(where, "one_of", known)
            yield from _area(ends, held.area, where)
        for home in each.homes:
            yield from _area(ends, home, where)
        for leave in each.leave:
            if leave.deputy and leave.deputy not in keys:
                yield FileError(where, "no_person", {"name": leave.deputy})
            if leave.last < leave.first:
                yield FileError(where, "leave_order")


def _area(ends: Tree, area: str, where: str) -> Iterator[FileError]:
    found = ends.get(area.strip("/"), [])
    if not found:
        yield FileError(where, "no_area", {"name": area})
    elif len(found) > 1:
        yield FileError(where, "many_areas", {"name": area, "found": "; ".join(found[:3])})
