"""Looks at brokers: what waits in them, how they are. It reads only, and takes no message."""
