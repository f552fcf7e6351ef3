"""From plain data to checked entries: what is wrong in one entry hides no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import ValidationError

from handlers.neighbourhood.file.model import Neighbourhood
from handlers.neighbourhood.file.problems import FileError, Path, Where, of_validation

SECTIONS = ("places", "people", "chats", "reminders", "duty")


@dataclass(slots=True)
class Draft:
    """A file as far as it could be read, with all that was wrong, and where things stand."""

    found: Neighbourhood
    where: Where
    errors: list[FileError] = field(default_factory=list[FileError])
    #: sections with an entry that was left out: what points there cannot be judged
    broken: set[str] = field(default_factory=set[str])
    #: where each kept entry stood, for one left out moves those behind it
    kept: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    #: the keys of all people, also of those left out
    keys: set[str] = field(default_factory=set[str])

    def spot(self, *path: int | str) -> Path:
        """The path in the file of a path among the kept entries."""
        section, number, *rest = path
        return (section, self.kept[str(section)][cast("int", number)], *rest)

    def wrong(self, path: Sequence[int | str], key: str, **values: object) -> None:
        """Something does not fit; `path` leads to it among the kept entries."""
        self.errors.append(FileError(self.where(self.spot(*path)), key, values))


def drafted(data: object, where: Where) -> Draft:
    """All entries that are right by themselves; the others told in `errors`."""
    draft = Draft(Neighbourhood(), where)
    if not isinstance(data, Mapping):
        draft.errors.append(FileError(where(()), "not_table"))
        return draft
    sections = cast("Mapping[str, Any]", data)
    _check_whole(draft, sections)
    for name in SECTIONS:
        draft.kept[name] = []
        entries: Any = sections.get(name) or []
        if isinstance(entries, list):
            _keep(draft, name, cast("list[Any]", entries))
    return draft


def _check_whole(draft: Draft, sections: Mapping[str, Any]) -> None:
    """Unknown sections, and sections that are no lists."""
    bare: dict[str, Any] = {
        name: [] if isinstance(each, list) else each for name, each in sections.items()
    }
    try:
        Neighbourhood.model_validate(bare)
    except ValidationError as error:
        draft.errors += of_validation(error, draft.where)


def _keep(draft: Draft, name: str, entries: Sequence[Any]) -> None:
    for number, entry in enumerate(entries):
        if name == "people" and isinstance(entry, Mapping):
            draft.keys.add(str(cast("Mapping[str, Any]", entry).get("key", "")).strip())
        try:
            one = Neighbourhood.model_validate({name: [entry]})
        except ValidationError as error:
            draft.broken.add(name)
            draft.errors += of_validation(
                error, lambda path, number=number: draft.where((name, number, *path[2:]))
            )
        else:
            getattr(draft.found, name).append(getattr(one, name)[0])
            draft.kept[name].append(number)
