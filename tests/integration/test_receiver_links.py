"""Every way to reach Redis works for the fast receiver: TLS, unix sockets, sentinels."""

from pathlib import Path

from tests.support.certificates import make_certificate
from tests.support.listening import listening, publishing
from tests.support.processes import LOOPBACK, free_port
from tests.support.sentinels import MASTER, a_sentinel
from tests.support.services import RedisServer


def test_tls_and_a_unix_socket_on_redis(tmp_path: Path) -> None:
    """What is published in plain is heard over TLS, whose certificate is checked, and over a socket in a folder."""
    certificate, key = make_certificate(tmp_path)
    port, path = free_port(), tmp_path / "redis.sock"
    options = ["--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    options += ["--tls-auth-clients", "no", "--unixsocket", str(path)]
    tls = f"rediss://{LOOPBACK}:{port}/0?ssl_cert_reqs=required&ssl_ca_certs={certificate}"
    with (
        RedisServer(tmp_path, options=options) as broker,
        publishing(broker.url) as publish,
        listening(tls) as over_tls,
        listening(f"redis+socket://{path}") as over_socket,
    ):
        publish(*range(1_000))
        for listener in (over_tls, over_socket):
            assert listener.receiver.health().receiver == "redis"
            listener.until(lambda: len(listener.messages) == 1_000, "all have come")  # noqa: B023 - called at once
            assert listener.numbers == list(range(1_000))


def test_a_sentinel_names_the_redis(tmp_path: Path) -> None:
    """The master that a sentinel names is read by its own protocol."""
    conf = {"broker_transport_options": {"master_name": MASTER}}
    with (
        RedisServer(tmp_path) as master,
        a_sentinel(tmp_path, master) as port,
        listening(f"sentinel://{LOOPBACK}:{port}/0", conf=conf) as listener,
        publishing(master.url) as publish,
    ):
        assert listener.receiver.health().receiver == "redis"
        publish(1)
        listener.until(lambda: listener.numbers == [1], "the master is heard")
