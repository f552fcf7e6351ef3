"""The file of a backup: a zip with a copy of the database, what belongs to it, and a manifest.

The manifest names the version of this form, the revision of the tables, the rows of each, and the
SHA-256 of every other file in it; it is written last.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, BinaryIO, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from storage.keeping.shape import KeepingError, Snapshot

FORMAT, VERSION = "linli backup", 1
MANIFEST = "manifest.json"
PIECE = 1 << 20
#: Copies of databases shrink to a tenth at the quickest; more effort gains little.
EFFORT = 1


#: What reading raises where a zip is none, or no whole one, or closed by a password.
UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    KeyError,
    RuntimeError,
    ValueError,
)


def _moment(text: str) -> str:
    datetime.fromisoformat(text)  # raises ValueError for what is no date
    return text


class Part(BaseModel):
    """A file of the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(frozen=True)

    format: str = FORMAT
    version: int = VERSION
    made_by: str  #: version of the program
    made_at: Annotated[str, AfterValidator(_moment)]  #: ISO, UTC
    kind: str  #: sqlite | postgresql
    revision: str
    #: of the key that seals phone numbers, which is not in the file; None: there was none yet
    key: str | None
    rows: dict[str, int]
    files: dict[str, Part] = Field(default_factory=dict[str, Part])

    @property
    def snapshot(self) -> Snapshot:
        """What the copy of the database must hold."""
        return Snapshot(self.revision, self.rows)


def pack(out: BinaryIO, manifest: Manifest, parts: Mapping[str, Path]) -> Manifest:
    """Write the files and their manifest; gives it with their checksums."""
    files: dict[str, Part] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=EFFORT) as made:
        for name, path in parts.items():
            with path.open("rb") as source, made.open(name, "w", force_zip64=True) as target:
                files[name] = _copied(source, cast("BinaryIO", target))
        whole = manifest.model_copy(update={"files": files})
        made.writestr(MANIFEST, json.dumps(whole.model_dump(), ensure_ascii=False, indent=1))
    return whole


def unpack(file: Path, folder: Path) -> Manifest:
    """Check a backup and lay its files into a folder. Raises KeepingError for a broken one."""
    try:
        with zipfile.ZipFile(file) as made:
            _check_packing(made, file)
            manifest = _manifest(made)
            for name, part in manifest.files.items():
                path = folder / _plain(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                with made.open(name) as source, path.open("wb") as target:
                    path.chmod(0o600)
                    if _copied(cast("BinaryIO", source), target) != part:
                        raise KeepingError("broken", what=name)
    except UNREADABLE:
        raise KeepingError("no_backup", path=file) from None
    return manifest


def is_backup(file: Path) -> bool:
    """Whether it is one by its looks; whether it is whole, unpack tells."""
    try:
        with zipfile.ZipFile(file) as made:
            return MANIFEST in made.namelist()
    except (*UNREADABLE, OSError):
        return False


def _check_packing(made: zipfile.ZipFile, file: Path) -> None:
    """Other ways of packing raise other errors, and none of ours is packed so."""
    ways = {each.compress_type for each in made.infolist()}
    if not ways <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise KeepingError("no_backup", path=file)


def _manifest(made: zipfile.ZipFile) -> Manifest:
    try:
        found = Manifest.model_validate_json(made.read(MANIFEST))
    except ValidationError:
        raise KeepingError("broken", what=MANIFEST) from None
    if found.format != FORMAT:
        raise KeepingError("broken", what=MANIFEST)
    if found.version > VERSION:
        raise KeepingError("newer", version=found.made_by)
    return found


def _plain(name: str) -> Path:
    """A name that leads out of the folder is none of ours."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise KeepingError("broken", what=MANIFEST)
    return path


def _copied(source: BinaryIO, target: BinaryIO) -> Part:
    """Copy, and count and seal on the way."""
    seal, size = sha256(), 0
    while piece := source.read(PIECE):
        seal.update(piece)
        size += len(piece)
        target.write(piece)
    return Part(size=size, sha256=seal.hexdigest())


def as_data(manifest: Manifest) -> dict[str, object]:
    """A manifest for programs, without the checksums."""
    return {**manifest.model_dump(exclude={"files"}), "files": sorted(manifest.files)}
