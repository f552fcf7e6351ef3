"""What is kept to measure on was never fitted on."""

from __future__ import annotations

import pytest

from handlers.understanding.corpus import LANGUAGES, load
from handlers.understanding.transcripts import EXAMPLES, read_transcripts

#: Signs from which on two lines are the same by copying, not by chance.
TELLING = {"zh": 10, "en": 25}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_that_is_fitted_on_stands_among_what_is_new(language: str) -> None:
    fitted = {
        line.text
        for kind in ("transcripts", "beside", "extra", "lines")
        for conversation in load(kind, language)
        for line in conversation
    }
    fresh = [
        line.text
        for conversation in read_transcripts(EXAMPLES / f"fresh_{language}.jsonl.gz")
        for line in conversation
    ]
    assert len(fresh) > 2_000
    assert not [each for each in fresh if len(each) >= TELLING[language] and each in fitted]
