"""Which passwords are taken out of all that drivers say."""

from __future__ import annotations

from umbel.assembly import _masker
from umbel.ingest.app import make_app
from umbel.settings import Settings


def test_passwords_of_all_brokers_are_masked() -> None:
    """Of the one that commands are sent to as well, each of which may be several."""
    app = make_app("redis://:one@a//")
    app.conf.update(broker_write_url=["amqp://me:two@b//", "amqp://me:three@c//"], result_backend="redis://:four@d/0")
    shown = _masker(app, Settings()).clean("one two three four five")
    assert shown == "*** *** *** *** five"
