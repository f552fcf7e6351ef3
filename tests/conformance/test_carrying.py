"""What somebody sent in one real app arrives in another one, each pair of them."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from bot.carrying import Carrier
from handlers.chat.incoming import MediaKind, Message
from handlers.chat.outgoing import Content, SendFile
from tests.conformance.test_speaking import OTHERS
from tests.conformance.venue import deliver, heard, say
from tests.conformance.venues import VENUES

#: The page lets people send pictures alone, and shows what comes from elsewhere.
FROM = ("telegram", "wechat", "wecom")
PAIRS = [*permutations(FROM, 2), *((each, "local") for each in FROM)]


@pytest.mark.parametrize(("there", "here"), PAIRS)
async def test_each_kind_arrives_or_is_told_in_words(tmp_path: Path, there: str, here: str) -> None:
    async with VENUES[there](tmp_path) as sent, VENUES[here](tmp_path) as shown:
        carrier = Carrier({each.platform.name: each.platform for each in (sent, shown)})
        kinds = [each for each in OTHERS if each in sent.can.media_in | sent.can.media_in_private]
        for kind in kinds:
            await sent.hands_over(kind, OTHERS[kind], b"OggS picture")
        said = [each for each in await heard(sent) if isinstance(each, Message)]
        for kind, message in zip(kinds, said, strict=True):
            media = message.media[0].model_copy(update={"of": there})
            out = say(shown, Content(text=f"#1 {kind}", media=(media,)), private=True)
            out = out.model_copy(update={"instead": f"另有 {kind}"})
            brought, *_ = await carrier.forms(out)
            await deliver(shown, brought)
            last = (await shown.stands(private=True))[-1]
            if shown.can.shows(kind) is None:
                assert (last.text, last.file) == (f"另有 {kind}", None)
                assert kind is MediaKind.VOICE
            else:
                assert (last.text, last.file) == (f"#1 {kind}", b"OggS picture")
                assert isinstance(brought, SendFile)
                assert brought.name in (OTHERS[kind], "voice.ogg", "video.mp4")
