"""The YAML form of a neighbourhood file, read with line numbers and written."""

from __future__ import annotations

from typing import Any

import yaml

from handlers.neighbourhood.file.model import Neighbourhood, folded
from handlers.neighbourhood.file.problems import FileError, FileProblemsError, Path, Spot, shown
from handlers.neighbourhood.file.reading import Draft, drafted

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without its C part
    from yaml import SafeLoader as Loader

MOST_DEPTH = 40


class _Places:
    """Where each value stands: path -> line."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}

    def where(self, path: Path) -> Spot:
        """The line of a path, or of the nearest thing around it."""
        field = shown(path)
        while path and path not in self.lines:
            path = path[:-1]
        return Spot(line=self.lines.get(path, 1), field=field)


def draft_yaml(text: str) -> Draft:
    """The file's content as far as it is right. Raises FileProblemsError when it is no YAML."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        values: dict[str, object] = {"why": str(error.problem or error.context)}
        line = mark.line + 1 if mark else 1
        raise FileProblemsError([FileError(Spot(line=line), "not_yaml", values)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise FileProblemsError([FileError(Spot(), "not_yaml", {"why": why})]) from None
    if root is None:
        raise FileProblemsError([FileError(Spot(), "empty")])
    places = _Places()
    errors: list[FileError] = []
    data = _value(root, (), places, errors, set())
    draft = drafted(data, places.where)
    draft.errors[:0] = errors
    return draft


def _value(node: Any, path: Path, places: _Places, errors: list[FileError], seen: set[int]) -> Any:
    places.lines[path] = node.start_mark.line + 1
    if id(node) in seen or len(path) > MOST_DEPTH:
        # The same node twice is an alias: a few lines could unfold into billions.
        errors.append(FileError(places.where(path), "alias"))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, places, errors, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, i), places, errors, seen) for i, each in enumerate(node.value)]
    return _scalar(node, path, places, errors)


def _mapping(
    node: Any, path: Path, places: _Places, errors: list[FileError], seen: set[int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        below = (*path, key)
        if key in found:
            errors.append(
                FileError(
                    Spot(key_node.start_mark.line + 1, field=shown(below)), "twice", {"name": key}
                )
            )
        value = _value(value_node, below, places, errors, seen)
        places.lines[below] = key_node.start_mark.line + 1
        if value is not None:  # "phone:" with nothing behind it says nothing
            found[key] = value
    return found


def _scalar(node: Any, path: Path, places: _Places, errors: list[FileError]) -> Any:
    """Names stay text as written ("0101", "No"); the model knows what each field wants."""
    if node.tag.endswith(":null"):
        return None
    if node.tag.startswith("!"):
        errors.append(FileError(places.where(path), "tag", {"text": node.tag}))
        return None
    return node.value


def write_yaml(found: Neighbourhood) -> str:
    """The content as YAML that reads back equal."""
    data = found.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    for place in data.get("places", []):
        _fold(place)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)


def _fold(place: dict[str, Any]) -> None:
    """Whole ranges of rooms in their short form."""
    if rooms := place.get("rooms"):
        short = folded(rooms)
        place["rooms"] = short[0] if len(short) == 1 else short
    for below in place.get("places", []):
        _fold(below)
