"""Pictures come in cleaned, files go out harmless."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import pictures
from bot.web.site import Site

#: What a browser may show in the page; everything else is only downloaded.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
AT_ONCE = 2
UPLOAD = "/upload"
LONGEST_NAME = 80


class Files:
    """/upload and /files."""

    def __init__(self, site: Site) -> None:
        self._local = site.local
        self._drawing = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        """Its routes."""
        return [
            Route(UPLOAD, self.upload, methods=["POST"]),
            Route("/files/{key}", self.download),
        ]

    async def upload(self, request: Request) -> Response:
        """Keep a picture; gives its key, with which it can be sent."""
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": "page.picture_too_large"}, 413)
        try:
            async with self._drawing:
                clean, kind = await asyncio.to_thread(pictures.clean, body)
        except pictures.PictureError as error:
            return JSONResponse({"error": error.key}, 415)
        name = harmless(request.query_params.get("name", ""))
        key = await self._local.keep_file(name, kind, clean)
        return JSONResponse({"key": key, "size": len(clean)})

    async def download(self, request: Request) -> Response:
        """A kept file; only pictures are shown, all else is saved."""
        file = await self._local.file(request.path_params["key"])
        if file is None:
            return Response(status_code=404)
        shown = file.type in SHOWN
        how = "inline" if shown else "attachment"
        return Response(
            file.body,
            media_type=file.type if shown else "application/octet-stream",
            headers={
                "content-disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
                "content-security-policy": "default-src 'none'; sandbox",
                "cache-control": "private, max-age=31536000, immutable",
            },
        )


def harmless(name: str) -> str:
    """A file's name without folders, and without signs that nobody sees or that turn the text."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter for letter in last if letter.isprintable())
    return seen.strip(" .")[-LONGEST_NAME:] or "picture"


async def _body(request: Request) -> bytes | None:
    """What was posted; None for too much of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > pictures.LARGEST_BODY:
            return None
    return bytes(body)
