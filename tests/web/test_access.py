"""No route without a role, and none that answers one who lacks it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from litestar import Litestar

from tests.support.served import Served, served
from umbel.web.app import Site
from umbel.web.auth.access import ROLE, Role, User
from umbel.web.auth.basic import Credential
from umbel.web.headers import is_local

FREE = {"/healthcheck"}
"""What answers without a sign-in."""


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Served]:
    """A server with two people, one of them by hash."""
    credentials = [
        Credential(user="admin", password="right", role=Role.ADMIN),
        Credential(user="look", password=PasswordHasher().hash("only"), role=Role.VIEWER),
    ]
    with served(tmp_path, Site(version="test", realm="flower", credentials=credentials)) as running:
        yield running


def routes_of(app: Litestar) -> dict[tuple[str, str], Role | None]:
    """Every method and path with the role its handler names."""
    roles: dict[tuple[str, str], Role | None] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]:
            for method in getattr(handler, "http_methods", None) or {"GET"}:
                if handler is not None and method != "OPTIONS":
                    roles[str(method), route.path] = handler.opt.get(ROLE)
    return roles


def asked(path: str) -> str:
    """A path that a route answers."""
    return path.replace("{task_id:path}", "x").replace("{rest:path}", "x").replace("{file_path:path}", "x")


def test_every_route_names_a_role(server: Served) -> None:
    """A route that somebody adds without a role fails here, and is refused to all by the guard."""
    roles = routes_of(server.routes)
    assert {route for route, role in roles.items() if role is None} == set()
    assert {path for (_, path), role in roles.items() if role is Role.NOBODY} == FREE


def test_what_changes_something_needs_more_than_a_look(server: Served) -> None:
    """Viewers may read, have a worker asked how it is, and change what is their own: to share a view needs more."""
    changing = {
        (method, path): role
        for (method, path), role in routes_of(server.routes).items()
        if method not in {"GET", "HEAD"}
    }
    own = {
        ("POST", "/api/v1/workers/{name:str}/refresh"),
        ("DELETE", "/api/v1/history/export"),
        ("POST", "/api/v1/views"),
        ("PUT", "/api/v1/views/{view_id:str}"),
        ("DELETE", "/api/v1/views/{view_id:str}"),
    }
    assert {route for route, role in changing.items() if (role or 0) < Role.OPERATOR} - own == set()


def test_without_a_sign_in_only_the_health_check_answers(locked: Served) -> None:
    """Every other route asks for name and password, in the realm that Flower names."""
    with httpx.Client(base_url=locked.url) as http:
        for method, path in routes_of(locked.routes):
            answer = http.request(method, asked(path))
            if path in FREE:
                assert (answer.status_code, answer.text) == (200, "OK")
            else:
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith('Basic realm="flower"')


def test_who_may_only_look_is_refused_what_needs_more(locked: Served) -> None:
    """The server refuses it, whatever a page offers."""
    with httpx.Client(base_url=locked.url, auth=("look", "only")) as http:
        refused = {route for route, role in routes_of(locked.routes).items() if (role or 0) > Role.VIEWER}
        assert refused
        for method, path in refused:
            assert http.request(method, asked(path)).status_code == 403, (method, path)


@pytest.mark.parametrize(
    "who", [("admin", "wrong"), ("nobody", "right"), ("admin", ""), ("", "right"), ("look", "right")]
)
def test_wrong_credentials(locked: Served, who: tuple[str, str]) -> None:
    """A wrong name and a wrong password look the same."""
    assert httpx.get(f"{locked.url}/api/v1/me", auth=who).status_code == 401


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Bearer abc", "Basic YQ==", "Basic /////w=="])
def test_malformed_headers(locked: Served, header: str) -> None:
    """What is no name and password proves nobody."""
    assert httpx.get(f"{locked.url}/api/v1/me", headers={"authorization": header}).status_code == 401


def test_right_credentials(locked: Served) -> None:
    """A plain and a hashed password both sign in, each with its role, again and again."""
    for _ in range(2):
        me = httpx.get(f"{locked.url}/api/v1/me", auth=("admin", "right")).json()
        assert (me["user"], me["role"], me["auth"]) == ("admin", "admin", "basic")
    assert httpx.get(f"{locked.url}/api/v1/me", auth=("look", "only")).json()["role"] == "viewer"


def test_who_did_not_sign_in_may_look(tmp_path: Path) -> None:
    """Under the name of Flower, without credentials, people look and do not act."""
    viewer = User(name=None, role=Role.VIEWER, how="none", reason="no credentials are set")
    with served(tmp_path, Site(version="test", anonymous=viewer)) as running:
        me = httpx.get(f"{running.url}/api/v1/me").json()
        assert (me["role"], me["reason"]) == ("viewer", "no credentials are set")


@pytest.mark.parametrize("host", ["127.0.0.1:5555", "[::1]:5555", "localhost", "LOCALHOST:80", "umbel.localhost:1"])
def test_names_of_this_machine(host: str) -> None:
    """What no name server can hand out to another site."""
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:5555", "192.0.2.7", "", "localhost.evil.example", "[::2]:1"]
)
def test_other_names(host: str) -> None:
    """A name that somebody may point at this machine."""
    assert not is_local(host)


def test_without_a_sign_in_a_foreign_name_is_refused(tmp_path: Path) -> None:
    """Another site's page cannot read through the browser of whoever visits it."""
    with served(tmp_path, Site(version="test", local_only=True)) as running:
        assert httpx.get(f"{running.url}/api/v1/me").status_code == 200
        refused = httpx.get(f"{running.url}/api/v1/tasks", headers={"host": "evil.example"})
        assert (refused.status_code, "evil.example" in refused.json()["detail"]) == (403, True)


def test_every_answer_carries_the_policy(client: httpx.Client) -> None:
    """No inline script, no foreign origin, no framing: on pages, on the API and on errors."""
    for path in ("/", "/api/v1/me", "/api/v1/tasks/none", "/api/v1/nope"):
        headers = client.get(path).headers
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_under_a_prefix(tmp_path: Path) -> None:
    """The prefix works whether the proxy strips it or not, and the page knows its address."""
    with served(tmp_path, Site(version="test", prefix="/flower")) as running:
        for path in ("/flower/api/v1/me", "/api/v1/me", "/flower/healthcheck", "/flower", "/flower/"):
            assert httpx.get(f"{running.url}{path}").status_code == 200, path
