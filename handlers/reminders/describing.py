"""A rule in words, such as people would write it; reading them gives the rule again."""

from __future__ import annotations

from config.words import Catalogue
from handlers.reminders.rules import Rule


def describe(words: Catalogue, language: str, rule: Rule) -> str:
    """The rule in a language."""
    name = (
        f"{rule.every}_n" if rule.every in ("day", "week", "month") and rule.n > 1 else rule.every
    )
    joiner = words.say(language, "reminders.and")
    days = joiner.join(words.say(language, f"reminders.weekday_{day}") for day in rule.weekdays)
    said = words.say(
        language,
        f"reminders.every_{name}",
        n=rule.n,
        days=days,
        day=rule.day,
        month=rule.month,
        nth=words.say(language, f"reminders.nth_{rule.nth}") if rule.nth else "",
        date=rule.start,
        cron=rule.cron,
    )
    times = joiner.join(rule.times)
    way = words.say(language, f"reminders.holidays_{rule.holidays}")
    return " ".join(part for part in (said, times, way) if part)
