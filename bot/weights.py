"""Which weights the reader has: a community's own, where they were fitted for these features."""

from __future__ import annotations

from pathlib import Path

import structlog

from config.policy import Policy
from config.settings import Settings
from handlers.understanding.model import load_model
from handlers.understanding.reader import WEIGHTS, Reader

log = structlog.get_logger("linli.weights")

#: In the data folder: written by `linli learn --apply`, taken away by `--revert`.
OWN = "weights.bin"


def own_file(settings: Settings) -> Path:
    """Where a community's own weights stand, if it has any."""
    return settings.data_dir / OWN


def fits(file: Path) -> bool:
    """Whether these weights were fitted for the features of this version."""
    try:
        return load_model(file).fingerprint == load_model(WEIGHTS).fingerprint
    except (OSError, ValueError, LookupError, TypeError):
        return False


def reader_of(settings: Settings, policy: Policy) -> Reader:
    """The reader with the community's own weights and words, else with the shipped weights."""
    own, cues = own_file(settings), policy.own_cues
    if not own.is_file():
        return Reader.load(extra_cues=cues)
    if not fits(own):
        log.warning("weights.outdated", file=own.name, remedy="linli learn --apply, or --revert")
        return Reader.load(extra_cues=cues)
    return Reader.load(own, extra_cues=cues)
