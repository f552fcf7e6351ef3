"""What becomes of a message: from its chances, its limit, and where it may belong."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.understanding import chances as chances_of
from handlers.understanding.belonging import Belonging
from handlers.understanding.limits import OF_DANGER, Limit
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import LINKS, Outcome
from handlers.understanding.normal import in_script

#: What is at least so likely to be unclear, beside a report, is asked about ("停电？"), unless it
#: is clear by itself.
UNCLEAR = 0.7


def decide(
    looked: Looked, limit: Limit, where: Belonging, thresholds: Mapping[str, float]
) -> tuple[Outcome, float]:
    """What becomes of a message, and how sure that is."""
    chances = where.chances
    report, unclear = chances.get("open", 0), chances.get("ask", 0)
    opens = report + 0.5 * unclear
    if _is_new(opens, limit, chances, thresholds):
        if unclear > UNCLEAR * report and not limit.clear:
            return Outcome.ASK, opens
        # What is opened because it is plain or dangerous counts as sure enough.
        return Outcome.OPEN, max(opens, thresholds["open"])
    if where.likely >= thresholds[in_script("linked", looked.text)]:
        return max(LINKS, key=lambda each: chances.get(each, 0)), where.likely
    if chances.get("answer", 0) >= thresholds["answer"]:
        return Outcome.ANSWER, chances["answer"]
    if report + unclear >= max(thresholds["ask"], limit.least):
        return Outcome.ASK, report + unclear
    return Outcome.TALK, chances.get("talk", 1.0)


def _is_new(
    opens: float, limit: Limit, chances: Mapping[str, float], thresholds: Mapping[str, float]
) -> bool:
    """Whether it is sure enough something new: by itself, or, if it is not vague, as what is surely
    new or linked and rather new."""
    if limit is OF_DANGER:
        return True
    linked = chances_of.linking(chances)
    either = thresholds["either"] - linked
    least = limit.least if limit.vague else min(limit.least, either)
    return opens >= max(least, linked)
