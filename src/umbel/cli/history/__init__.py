"""``umbel export``, ``umbel import`` and ``umbel db``: the history, apart from a running server."""
