"""The HTTP side of the fake: reads calls, checks them, lets faults strike, answers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from aiohttp import web

from tests.fakes.bot_api.errors import ApiError, too_many, wrong
from tests.fakes.bot_api.faults import Fault, Faults
from tests.fakes.bot_api.limits import Limits
from tests.fakes.bot_api.methods import METHODS, Asked, TooMuchError
from tests.fakes.bot_api.records import Json
from tests.fakes.bot_api.spec import Fields, SpecError, Upload, attached
from tests.fakes.bot_api.world import World

MOST_TO_UPLOAD = 50 * 1024 * 1024


@dataclass(eq=False, slots=True)
class Call:
    """A call that was made, and what became of it."""

    method: str
    params: Json
    at: datetime
    status: int = 0  #: 0: the connection was cut, or it has no answer yet
    result: Any = None
    error: str = ""


@dataclass(eq=False, slots=True)
class Front:
    """Answers the bot."""

    world: World
    token: str
    limits: Limits | None
    faults: Faults = field(default_factory=Faults)
    revoked: bool = False
    calls: list[Call] = field(default_factory=list[Call])
    violations: list[str] = field(default_factory=list[str])

    def app(self) -> web.Application:
        """The routes of the Bot API."""
        app = web.Application(client_max_size=MOST_TO_UPLOAD)
        app.router.add_route("*", "/bot{token}/{method}", self.answer)
        app.router.add_get("/file/bot{token}/files/{file}", self.download)
        return app

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call, with whatever fault strikes it."""
        given = await _parameters(request)
        call = Call(request.match_info["method"], _readable(given), self.world.now())
        self.calls.append(call)
        self.world.changes.watch("came", call.method, self._confirms(call))
        fault = self.faults.take(call.method, call.params)
        if fault is not None and fault.hold is not None:
            self.world.changes.happened()
            await fault.hold.wait()
        if fault is not None and fault.cut == "before":
            return self._cut(request)
        body, status = await self._outcome(request, call, given, fault)
        self.world.changes.happened()
        self.world.changes.watch("done", call.method, bool(call.result))
        if fault is not None and fault.cut == "after":
            return self._cut(request)
        call.status = status
        if fault is not None and fault.garbage is not None:
            return web.Response(body=fault.garbage, content_type="application/json")
        return web.json_response(body, status=status)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file, by the path that getFile told."""
        file = self.world.files.get(request.match_info["file"])
        if self._is_stranger(request) or file is None:
            return web.Response(status=404)
        return web.Response(body=file.body)

    async def _outcome(
        self, request: web.Request, call: Call, given: Json, fault: Fault | None
    ) -> tuple[Json, int]:
        try:
            self._admit(request, fault)
            call.result = await self._apply(call, given)
        except ApiError as error:
            call.error = error.description
            if error.violation:
                self.violations.append(f"{call.method}: {error.description} {call.params}")
            return error.json(), error.code
        return {"ok": True, "result": call.result}, 200

    def _admit(self, request: web.Request, fault: Fault | None) -> None:
        if self._is_stranger(request):
            raise ApiError(401, "Unauthorized")
        if fault is not None and fault.error is not None:
            raise fault.error

    async def _apply(self, call: Call, given: Json) -> Any:
        spec = self.world.spec
        name, fields = spec.methods.get(call.method.lower(), ("", {}))
        if not name:
            raise ApiError(404, "Not Found: method not found", violation=True)
        if name not in METHODS:
            raise wrong(f"the fake has no {name} yet")
        call.method, uploads = name, {k: v for k, v in given.items() if isinstance(v, Upload)}
        asked = Asked(self.world, name, self._checked(fields, given), uploads, self.limits)
        function, kind = METHODS[name]
        try:
            result = function(asked)
        except TooMuchError as much:
            raise too_many(much.seconds) from None
        if inspect.isawaitable(result):
            result = await result
        if kind:
            spec.conforms(result, kind)
        return result

    def _checked(self, fields: Fields, given: Json) -> Json:
        try:
            params = self.world.spec.parameters(fields, given)
        except SpecError as error:
            raise wrong(str(error)) from None
        sent = {name for name, value in given.items() if isinstance(value, Upload)}
        if lost := sent - fields.keys() - attached(params.values()):
            raise wrong(f"unknown parameter {min(lost)}")
        return params

    def _is_stranger(self, request: web.Request) -> bool:
        return self.revoked or request.match_info["token"] != self.token

    def _confirms(self, call: Call) -> bool:
        """Whether a poll confirms anything; other calls always do something."""
        if call.method != "getUpdates":
            return True
        waiting = self.world.updates.queue
        return bool(waiting) and waiting[0].id < int(call.params.get("offset", 0))

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


async def _parameters(request: web.Request) -> Json:
    """All parameters of a call: from the address, a form, files, or JSON."""
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        found.update(cast("Mapping[str, Any]", json.loads(text)) if text else {})
    elif request.method == "POST":
        form = await request.post()
        found.update({name: _value(each) for name, each in form.items()})
    return found


def _value(value: str | bytearray | bytes | web.FileField) -> str | Upload:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.file.read(), value.content_type)
    return value if isinstance(value, str) else value.decode()


def _readable(given: Json) -> Json:
    """Parameters as tests want to see them: objects as objects, files by name."""
    return {name: _seen(value) for name, value in given.items()}


def _seen(value: Any) -> Any:
    if isinstance(value, Upload):
        return f"<file {value.name}, {len(value.body)} bytes>"
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
