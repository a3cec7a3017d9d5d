"""A Redis in Python, for machines without one: ``python -m umbel.cli.demo.fake_broker PORT``."""

import sys

from fakeredis import TcpFakeServer

from umbel.cli.demo.broker import LOOPBACK


def main() -> None:
    """Serve until stopped."""
    server = TcpFakeServer((LOOPBACK, int(sys.argv[1])), server_type="redis")
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
