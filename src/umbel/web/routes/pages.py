"""The built UI: one page for every path that is not the API's, and its assets."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

from litestar import MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from umbel.web.auth.access import ROLE, Role

STATIC: Final = Path(__file__).parent.parent / "static"
_BASE: Final = '<base href="/">'
_NOT_BUILT: Final = (
    "<!doctype html><title>Umbel</title><p>The pages of Umbel are not built. Install the wheel, or run "
    "<code>npm ci &amp;&amp; npm run build</code> in <code>ui/</code>. The API answers under <code>api/v1</code>."
)


class Pages:
    """Serves the page with the address under which the server stands. ``base`` ends with a slash."""

    def __init__(self, base: str, static: Path = STATIC) -> None:
        self._static = static
        index = static / "index.html"
        page = index.read_text(encoding="utf-8") if index.is_file() else _NOT_BUILT
        self._page = page.replace(_BASE, f'<base href="{escape(base)}">', 1)

    def handlers(self) -> list[Router]:
        """Return the routes; those of the API must be more specific."""
        page = self._page

        @get(["/", "/{rest:path}"], sync_to_thread=False, media_type=MediaType.HTML, include_in_schema=False)
        def show_page(rest: FromPath[str] = "") -> Response[str]:
            if rest.startswith(("/api/", "/assets/")):
                raise NotFoundException(detail=f"nothing is at {rest}")
            return Response(page, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})

        routers = [Router("/", route_handlers=[show_page], opt={ROLE: Role.VIEWER})]
        if (self._static / "assets").is_dir():
            routers.append(self._assets())
        return routers

    def _assets(self) -> Router:
        return create_static_files_router(
            "/assets",
            directories=[self._static / "assets"],
            opt={ROLE: Role.VIEWER},
            cache_control=CacheControlHeader(public=False, private=True, max_age=31_536_000, immutable=True),
            include_in_schema=False,
        )
