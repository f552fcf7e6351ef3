"""Working days and days off, make-up working days (调休) included, from the package `holidays`."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

#: Whose public holidays hold in a time zone; elsewhere only weekends are free.
COUNTRIES = {
    "Asia/Shanghai": "CN",
    "Asia/Urumqi": "CN",
    "Asia/Chongqing": "CN",
    "Asia/Harbin": "CN",
    "Asia/Hong_Kong": "HK",
    "Asia/Macau": "MO",
    "Asia/Taipei": "TW",
    "Asia/Singapore": "SG",
    "Asia/Kuala_Lumpur": "MY",
    "Asia/Tokyo": "JP",
    "Asia/Kolkata": "IN",
    "Europe/London": "GB",
    "Europe/Dublin": "IE",
    "Europe/Berlin": "DE",
    "Europe/Paris": "FR",
    "Europe/Amsterdam": "NL",
    "America/New_York": "US",
    "America/Chicago": "US",
    "America/Los_Angeles": "US",
    "America/Toronto": "CA",
    "Australia/Sydney": "AU",
    "Australia/Melbourne": "AU",
    "Pacific/Auckland": "NZ",
}


@cache
def _calendar(zone: str) -> Any:
    # Loaded when first asked: most reminders never do, and it costs every start.
    import holidays

    country = COUNTRIES.get(zone)
    return holidays.country_holidays(country) if country else None


def is_working(day: date, zone: str) -> bool:
    """Whether people work on this day where this time zone holds."""
    calendar = _calendar(zone)
    if calendar is None:
        return day.weekday() < 5
    return bool(calendar.is_working_day(day))


def is_free(day: date, zone: str) -> bool:
    """Whether a public holiday (or the days off around it) falls on this day; weekends do not
    count: a reminder "every Sunday" is meant for Sundays."""
    calendar = _calendar(zone)
    return calendar is not None and day in calendar
