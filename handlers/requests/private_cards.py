"""What one person is shown of a request in private: the page of who is asked, the call-back."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.incoming import Media
from handlers.chat.outgoing import Content, Rows, button
from handlers.requests import cards, texts
from handlers.requests.cards import Layout
from handlers.requests.case import Case
from handlers.requests.rules import State, done_codes

MOST_DETAILS = 5
MOST_PICTURES = 4
MOST_WORDS = 600

ASKED_BUTTONS: dict[State, Layout] = {
    State.OPEN: (
        (("take", "primary"),),
        (("busy", None), ("pass", None), ("wait", None)),
        (("cannot", None), ("cancel", None)),
    ),
    State.TAKEN: ((("take", "primary"),),),
}
HOLDER_BUTTONS: dict[State, Layout] = {
    State.TAKEN: (
        (("still", None), ("wait", None), ("help", None)),
        (("pass", None), ("cannot", None), ("contact", None)),
    ),
    State.WAITING: ((("resume", "primary"), ("wait", None)), (("pass", None), ("cannot", None))),
}


def page(case: Case, person_id: int, language: str, details: Sequence[str] = ()) -> Content:
    """What is shown privately to somebody who is asked or who holds it."""
    request, word = case.request, case.work.word
    reporter = case.name(request.reporter_id)
    lines = [
        word(language, "card.words", words=texts.short(request.words, MOST_WORDS))
        if request.words
        else "",
        *(
            word(language, "card.detail", text=texts.short(each))
            for each in details[-MOST_DETAILS:]
        ),
        *cards.danger(case, language),
        word(language, "card.from", name=reporter) if reporter else "",
        cards.filed_line(case, language),
        cards.households_line(case, language),
        _page_line(case, person_id, language),
        cards.deadline_line(case, language),
        cards.promise_line(case, language),
    ]
    return Content(
        title=cards.title(case, language, exact=True),
        text="\n".join(line for line in lines if line),
        buttons=page_buttons(case, person_id, language),
    )


def _page_line(case: Case, person_id: int, language: str) -> str:
    request, word = case.request, case.work.word
    due = request.climb_at or request.answer_due
    if asked_still(case, person_id) and due:
        return word(language, "card.please_answer", until=texts.when(case, language, due))
    if case.state is State.TAKEN and request.holder_id == person_id:
        until = request.progress_due
        key = "card.yours_until" if until else "card.yours"
        return word(language, key, until=texts.when(case, language, until) if until else "")
    return cards.state_line(case, language)


def page_buttons(case: Case, person_id: int, language: str) -> Rows:
    """What this person can do about it now, a tap each."""
    if case.request.holder_id == person_id and case.state in HOLDER_BUTTONS:
        rows = cards.rows(case, language, HOLDER_BUTTONS[case.state])
        return (*_done_buttons(case, language), *rows)
    if asked_still(case, person_id):
        return cards.rows(case, language, ASKED_BUTTONS[case.state])
    return ()


def asked_still(case: Case, person_id: int) -> bool:
    """Whether somebody is asked and may take it: also beside others, where several must (R32)."""
    page = case.page_of(person_id)
    if page is None or page.answered_at is not None:
        return False
    return case.state is State.OPEN or (case.state is State.TAKEN and not case.enough)


def _done_buttons(case: Case, language: str) -> Rows:
    known = case.work.policy.categories.get(case.request.category)
    codes = done_codes(known.ladder if known else "default")
    return (
        tuple(
            button(
                case.work.word(language, f"request.code.{code}"),
                f"done:{case.request.id}:{code}",
                "success",
            )
            for code in codes
        ),
    )


def ended_page(case: Case, language: str) -> Content:
    """What stays of a page when it is somebody else's matter now, or nobody's (R27)."""
    done = case.state is State.DONE  # this page asks nobody whether it is solved
    text = _awaited(case, language) if done else cards.state_line(case, language)
    return Content(title=cards.title(case, language, exact=True), text=text)


def _awaited(case: Case, language: str) -> str:
    said = cards.said_done(case, language)
    return said + case.work.word(language, "card.answer_awaited")


def asked_again(case: Case, language: str) -> Content:
    """What stays of a page when the same person is asked by a newer one."""
    text = case.work.word(language, "card.asked_below")
    return Content(title=cards.title(case, language, exact=True), text=text)


def callback_question(case: Case, language: str) -> Content:
    """Is it solved? Asked of the reporter and of everybody who joined."""
    request, word = case.request, case.work.word
    what = texts.done_how(case.work, language, request.reason_code, request.reason)
    who = case.name(case.done_by, word(language, "request.somebody"))
    key = "callback.question_what" if what else "callback.question"
    layout = ((("ok", "success"), ("no", "danger")),)
    return Content(
        title=cards.title(case, language),
        text=word(language, key, name=who, what=what),
        buttons=cards.rows(case, language, layout),
    )


def question_over(case: Case, language: str) -> Content:
    """What stands where the question stood, once it is settled without this answer (R27)."""
    if case.state is State.CLOSED:
        return ended_page(case, language)
    text = case.work.word(language, "callback.reopened")
    return Content(title=cards.title(case, language), text=text)


def callback_reminder(case: Case, language: str) -> Content:
    """The same question once more."""
    content = callback_question(case, language)
    again = case.work.word(language, "callback.reminder")
    return content.model_copy(update={"text": f"{again}\n{content.text}"})


def thanks(case: Case, language: str) -> Content:
    """What stands where the question stood, once it is answered."""
    text = case.work.word(language, "callback.thanks")
    return Content(title=cards.title(case, language), text=text)


def with_media(content: Content, media: Sequence[Media]) -> Content:
    """The same with the reporter's pictures."""
    return content.model_copy(update={"media": tuple(media[:MOST_PICTURES])})
