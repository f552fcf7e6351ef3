"""The catalogues: every language has every text, with the same values to put in, and none empty."""

from __future__ import annotations

import string

from config.words import LANGUAGES, Text, best_language, catalogue

#: Said as nothing at all: no way with holidays; nothing between "3栋" and "2单元".
NOTHING = frozenset({"reminders.holidays_keep", "request.place.between"})


def fields(text: Text) -> set[str]:
    forms = [text] if isinstance(text, str) else list(text.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_every_language_has_every_key() -> None:
    first, *others = (catalogue().keys(language) for language in LANGUAGES)
    for other in others:
        assert first ^ other == set()


def test_the_same_values_are_put_into_every_language() -> None:
    for key in catalogue().keys(LANGUAGES[0]):
        wanted = [fields(catalogue().raw(language, key)) for language in LANGUAGES]
        assert all(each == wanted[0] for each in wanted), key


def test_no_text_is_empty_but_the_one_for_nothing() -> None:
    for language in LANGUAGES:
        for key in catalogue().keys(language):
            text = catalogue().raw(language, key)
            forms = [text] if isinstance(text, str) else list(text.values())
            assert key in NOTHING or all(form.strip() for form in forms), key


def test_the_first_wish_that_we_speak_counts() -> None:
    assert best_language(None, "fr", "en-GB") == "en"
    assert best_language(None, "fr", default="zh") == "zh"
    assert best_language("zh-Hant") == "zh"
