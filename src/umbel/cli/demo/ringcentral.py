"""A stand-in for a telephone service: slow, at times over its rate limit, and strict about numbers."""

import json
import random
from typing import Any, Final

from umbel.cli.demo.pace import work

INVALID: Final = "0000"
"""A number that ends so does not exist."""
BUSY: Final = "0429"
"""A number that ends so hits the rate limit most of the time."""
OVERUSED: Final = "1429"
"""A number that ends so hits the rate limit every time."""
BLOCKED: Final = "0911"
"""A number that ends so must not be called."""


class RingCentralAPIError(Exception):
    """The service refused a request."""


class RingCentralClient:
    """Talks to the service. Every method takes as long as a request over the network."""

    def send_sms(self, number: str, text: str) -> dict[str, Any]:
        """Send a text message. Raises RingCentralAPIError."""
        return self._post("/sms", {"to": number, "text": text})

    def call(self, number: str) -> dict[str, Any]:
        """Start a call. Raises RingCentralAPIError."""
        return self._post("/calls", {"to": number})

    def recording_size(self, uri: str) -> int:
        """Return the bytes of a recording. Raises RingCentralAPIError."""
        self._check_uri(uri)
        return random.randrange(2_000_000, 9_000_000)  # noqa: S311 - not for secrets

    def _post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        work(0.2, 1.4)
        self._check_number(body["to"])
        return {"path": path, "status": 200}

    def _check_number(self, number: str) -> None:
        if number.endswith(INVALID):
            self._refuse("SMS delivery failed", {"error": "Invalid phone number"})
        is_busy = number.endswith(BUSY) and random.random() < 0.7  # noqa: S311, PLR2004 - the weather of the demo
        if is_busy or number.endswith(OVERUSED):
            raise RingCentralAPIError("Rate limit exceeded")

    def _check_uri(self, uri: str) -> None:
        if uri.endswith("/missing"):
            self._refuse("Recording not found", {"error": "Resource not found", "uri": uri})

    def _refuse(self, message: str, response: dict[str, str]) -> None:
        raise RingCentralAPIError(f"{message}\nResponse: {json.dumps(response)}")
