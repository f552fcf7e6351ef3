"""Tests write into memory, into a folder that is there for that, and only where there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import memory


def mounted(folder: Path, kind: str, rights: int = 0o1777) -> Path:
    """A list of mounts with one folder of a kind."""
    folder.mkdir()
    folder.chmod(rights)
    mounts = folder.with_suffix(".mounts")
    mounts.write_text(f"proc /proc proc rw 0 0\n{kind} {folder} {kind} rw,nosuid 0 0\n")
    return mounts


def test_a_folder_in_memory_that_is_there_for_all_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "ROOM", 1)
    assert memory.in_memory(mounted(tmp_path / "a", "tmpfs")) == tmp_path / "a"
    assert memory.in_memory(mounted(tmp_path / "b", "ext4")) is None, "that is a disk"
    assert memory.in_memory(mounted(tmp_path / "c", "tmpfs", 0o755)) is None, "somebody's own"
    assert memory.in_memory(tmp_path / "none") is None, "no Linux"


def test_where_little_is_free_the_disk_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = mounted(tmp_path / "a", "tmpfs")
    monkeypatch.setattr(memory, "ROOM", 2**62)
    assert memory.in_memory(mounts) is None
