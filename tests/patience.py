"""How long a test waits for something before it says that it came in vain: one limit for all."""

from __future__ import annotations

#: Seconds. Nothing takes as long, however slow the machine and its disk: a limit is reached by what
#: will never come, and is no measure of speed (those are in bench/).
PATIENCE = 240.0
