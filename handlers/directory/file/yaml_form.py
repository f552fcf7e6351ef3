"""The YAML form of a neighbourhood file, read with line numbers and written."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import ValidationError

from handlers.directory.file.model import Neighbourhood
from handlers.directory.file.problems import FileError, FileProblems, Path, of_validation

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without its C part
    from yaml import SafeLoader as Loader

MOST_DEPTH = 40


class _Places:
    """Where each value stands: path -> line."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}

    def where(self, path: Path) -> str:
        """The line of a path, or of the nearest thing around it."""
        shown = ".".join(str(part + 1 if isinstance(part, int) else part) for part in path)
        while path and path not in self.lines:
            path = path[:-1]
        return f"line {self.lines.get(path, 1)}, {shown}"


def read_yaml(text: str) -> Neighbourhood:
    """The file's content. Raises FileProblems with every error and its line."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileProblems(
            [FileError(f"line {line}", "not_yaml", {"why": str(error.problem)})]
        ) from None
    except yaml.YAMLError as error:
        raise FileProblems([FileError("", "not_yaml", {"why": str(error)})]) from None
    if root is None:
        raise FileProblems([FileError("", "empty")])
    places = _Places()
    errors: list[FileError] = []
    data = _value(root, (), places, errors, set())
    if errors:
        raise FileProblems(errors)
    try:
        return Neighbourhood.model_validate(data)
    except ValidationError as error:
        raise FileProblems(of_validation(error, places.where)) from None


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
        places.lines[(*path, key)] = key_node.start_mark.line + 1
        if key in found:
            errors.append(FileError(places.where((*path, key)), "twice", {"name": key}))
        found[key] = _value(value_node, (*path, key), places, errors, seen)
    return found


def _scalar(node: Any, path: Path, places: _Places, errors: list[FileError]) -> Any:
    """Names stay text as written ("0101"); only true, false and nothing are more."""
    if node.tag.endswith(":null"):
        return None
    if node.tag.endswith(":bool"):
        return node.value.lower() in ("true", "yes", "on")
    if node.tag.startswith("!"):
        errors.append(FileError(places.where(path), "bad_value", {"why": f"tag {node.tag}"}))
        return None
    return node.value


def write_yaml(found: Neighbourhood) -> str:
    """The content as YAML that reads back equal."""
    data = found.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
