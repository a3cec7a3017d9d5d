"""A network between a client and a server that a test can break."""

import asyncio
import threading
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from tests.support.processes import LOOPBACK

CHUNK: Final = 65_536


class Proxy:
    """Forwards TCP connections to the server of ``url``; its own ``url`` is the same by way of it.

    ``hold`` is a partition: connections stay open, new ones are accepted, and nothing passes either way. ``cut`` ends
    all connections without a word, and what was held is gone. ``heal`` forwards again.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.port is not None
        self._target = parts.port
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._passes = asyncio.Event()
        self._passes.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """The server's URL by way of this proxy."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return self._url.replace(f":{self._target}", f":{port}")

    def hold(self) -> None:
        """Let nothing pass."""
        self._loop.call_soon_threadsafe(self._passes.clear)

    def cut(self) -> None:
        """End all connections."""
        self._loop.call_soon_threadsafe(self._abort)

    def heal(self) -> None:
        """Let everything pass again."""
        self._loop.call_soon_threadsafe(self._passes.set)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._passes.wait()
        there, back = await asyncio.open_connection(LOOPBACK, self._target)
        self._writers |= {writer, back}
        try:
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        finally:
            self._writers -= {writer, back}

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK):
                await self._passes.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass  # either side may hang up at any time
        finally:
            sink.close()

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self._abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._on_client, LOOPBACK, 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(5.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        self._loop.close()
