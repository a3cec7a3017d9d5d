"""Commands that ask a running server, over its API."""
