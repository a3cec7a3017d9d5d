"""The description of the API, as the running server gives it."""

import json
import logging
from typing import Any, cast

from tools.running import ROOT
from umbel import __version__
from umbel.live.hub import Hub
from umbel.store.protocols import Store
from umbel.web.app import Site, create_litestar
from umbel.web.parts import Parts
from umbel.web.views import Views

PATH = ROOT / "ui" / "openapi.json"


def write_openapi() -> None:
    """Write ``ui/openapi.json``, from which the UI's types are made. Nothing is opened or started."""
    store = cast("Store", None)  # the routes are described, not called
    views = Views(store, clock=lambda: 0.0)
    hub = Hub(store, (), log=logging.getLogger())
    others: dict[str, Any] = dict.fromkeys(Parts.__struct_fields__)
    app = create_litestar(Site(version=__version__), Parts(**others | {"views": views, "hub": hub}))
    PATH.write_text(json.dumps(app.openapi_schema.to_schema(), indent=2, sort_keys=True) + "\n")
