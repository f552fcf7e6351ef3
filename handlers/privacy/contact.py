"""How to reach who reported a request: shown to its helpers, with that person's consent (R53).

Asked once a helper and request, in private. No and silence mean no; after a no nobody is asked
again for that request. Each look is written down, and the person can read who looked.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.outgoing import Content, Rows, button
from handlers.context import Context
from handlers.directory import groups, places
from handlers.directory.addresses import Address
from handlers.directory.roster import role_name
from handlers.manner import Manner
from handlers.requests import access
from handlers.requests.case import Case
from handlers.requests.rules import State, Who
from handlers.work import RefusalError, Work
from storage.queries import people as people_query
from storage.queries import privacy as query
from storage.queries.homes import flats_of
from storage.seals import secrets_of
from storage.tables import Consent, Look, Person, Request

#: Those who may ask.
HELPERS = frozenset({Who.ASKED, Who.HOLDER})


async def contact(ctx: Context, rest: str) -> None:
    """/contact 12: how to reach who reported it, once they agreed."""
    if not rest.strip():
        raise RefusalError("privacy.contact_how")
    await _answer(ctx, await access.by_number(ctx, rest))


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it is the number of a request, and no talk that begins so."""
    return rest.strip().lstrip("#＃№").strip().isdecimal()


async def on_button(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "contact:<request>", in private alone."""
    if not ctx.private:
        raise RefusalError("access.only_private")
    await _answer(ctx, await access.by_id(ctx, arguments[0]))


async def _answer(ctx: Context, request: Request) -> None:
    case = await access.case_of(ctx, request)
    person = await _whose(ctx, case)
    answers = await query.consents(ctx.store, request.id, person.id)
    mine = next((each for each in answers if each.helper_id == ctx.person.id), None)
    if mine is not None and mine.given:
        await _show(ctx, case, person)
    elif any(each.given is False for each in answers):
        ctx.answer("privacy.contact_refused", name=person.name)
    elif mine is not None:
        ctx.answer("privacy.contact_waits", name=person.name)
    else:
        await _ask(ctx, case, person)


async def _whose(ctx: Context, case: Case) -> Person:
    """The person that is asked for. Raises RefusalError where there is nothing to ask for."""
    request = case.request
    if HELPERS.isdisjoint(await access.whos(case, ctx.person)):
        raise RefusalError("privacy.contact_not_yours", number=request.number)
    if case.state is State.CLOSED:
        raise RefusalError("privacy.contact_over", number=request.number)
    person = case.person(request.reporter_id)
    if person is None or person.shell is not None or person.id == ctx.person.id:
        raise RefusalError("privacy.contact_nobody", number=request.number)
    return person


async def _ask(ctx: Context, case: Case, person: Person) -> None:
    await case.know([person])
    address = case.addresses[person.id]
    if not await _known(ctx, person):
        raise RefusalError("privacy.contact_nothing", name=person.name)
    if address.chat is None:
        raise RefusalError("privacy.contact_unreachable", name=person.name)
    consent = Consent(
        request_id=case.request.id,
        person_id=person.id,
        helper_id=ctx.person.id,
        asked_at=ctx.now,
    )
    ctx.store.add(consent)
    await ctx.store.flush()
    await case.know_hours([person.id])
    content = await _question(ctx, case, address, consent)
    delay = case.tell_at(person.id) - ctx.now
    ctx.say(address.chat, content, Manner(delay=delay or None))
    ctx.answer("privacy.contact_asked", name=person.name)


async def _question(ctx: Context, case: Case, address: Address, consent: Consent) -> Content:
    language = address.language
    text = ctx.word(
        language,
        "privacy.ask",
        number=case.request.number,
        name=ctx.person.name,
        role=role_name(ctx, language, await _role(ctx, case)),
        what=_named(ctx, language, await _known(ctx, address.person)),
    )
    return Content(text=text, buttons=_buttons(ctx, language, consent.id))


def _buttons(work: Work, language: str, consent_id: int) -> Rows:
    yes = button(work.word(language, "privacy.button_yes"), f"con:yes:{consent_id}", "success")
    no = button(work.word(language, "privacy.button_no"), f"con:no:{consent_id}")
    return ((yes, no),)


async def _role(ctx: Context, case: Case) -> str:
    """As which the helper is asked or holds it."""
    page = case.page_of(ctx.person.id)
    if page is not None:
        return page.role
    held = await people_query.holders_over(ctx.store, case.request.area_path)
    return next((each.role for each in held if each.person.id == ctx.person.id), "volunteer")


async def _known(work: Work, person: Person) -> list[str]:
    """What there is to show: "phone", "home"."""
    homes = await people_query.homes_of(work.store, person.id)
    return [name for name, there in (("phone", person.phone), ("home", homes)) if there]


def _named(work: Work, language: str, what: Sequence[str]) -> str:
    names = [work.word(language, f"privacy.what_{each}") for each in what]
    return work.word(language, "privacy.and").join(names)


async def on_answer(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "con:yes:<consent>" and "con:no:<consent>" of the person whose it is, in private."""
    if not ctx.private:
        raise RefusalError("access.only_private")
    answer, consent_id = arguments
    consent = await ctx.store.get(Consent, int(consent_id))
    if consent is None or consent.person_id != ctx.person.id:
        raise RefusalError("access.old_button")
    request = await ctx.store.get_one(Request, consent.request_id)
    if request.state == State.CLOSED:
        raise RefusalError("privacy.answer_over", number=request.number)
    given = answer == "yes"
    if consent.given is not given:
        consent.given, consent.answered_at = given, ctx.now
        await _tell_helper(ctx, consent, request)
    await _say_given(ctx, consent, request)


async def _say_given(ctx: Context, consent: Consent, request: Request) -> None:
    """The question stays with its answer, which can be changed as long as it matters."""
    helper = (await people_query.people(ctx.store, [consent.helper_id]))[consent.helper_id]
    key, other = ("given", "no") if consent.given else ("denied", "yes")
    change = button(ctx.t(f"privacy.button_change_{other}"), f"con:{other}:{consent.id}")
    text = ctx.t(f"privacy.{key}", name=helper.name, number=request.number)
    ctx.edit_pressed(Content(text=text, buttons=((change,),)))


async def _tell_helper(ctx: Context, consent: Consent, request: Request) -> None:
    key = "privacy.told_yes" if consent.given else "privacy.told_no"
    await groups.tell(ctx, consent.helper_id, key, name=ctx.person.name, number=request.number)


async def _show(ctx: Context, case: Case, person: Person) -> None:
    """Show it, and write down that it was shown."""
    what = await _known(ctx, person)
    if not what:
        raise RefusalError("privacy.contact_nothing", name=person.name)
    lines = [ctx.t("privacy.shown", name=person.name, number=case.request.number)]
    if person.phone:
        lines.append(ctx.t("privacy.shown_phone", phone=secrets_of(ctx.store).open(person.phone)))
    for _, flat in await flats_of(ctx.store, person.id):
        lines.append(ctx.t("privacy.shown_home", home=await places.full_name(ctx, flat)))
    lines.append(ctx.t("privacy.shown_noted"))
    ctx.store.add(
        Look(
            at=ctx.now,
            viewer_id=ctx.person.id,
            role=await _role(ctx, case),
            person_id=person.id,
            request_id=case.request.id,
            what=" ".join(what),
        )
    )
    ctx.answer_text("\n".join(lines))
