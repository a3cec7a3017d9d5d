"""Deployments that tests share: starting them takes most of the time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collecting import Collecting, collecting
from tests.support.deployment import Deployment, a_deployment
from tests.support.workers import Worker


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder as slow: real servers take their time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def redis_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run a deployment on Redis. Its broker is never stopped."""
    with a_deployment(tmp_path_factory.mktemp("redis-site"), "redis") as deployment:
        yield deployment


@pytest.fixture(scope="session")
def rabbitmq_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run a deployment on RabbitMQ. Its broker is never stopped."""
    with a_deployment(tmp_path_factory.mktemp("rabbitmq-site"), "rabbitmq") as deployment:
        yield deployment


@pytest.fixture(params=["redis", "rabbitmq"])
def site(request: pytest.FixtureRequest) -> Deployment:
    """Return a deployment, on each broker in turn."""
    deployment: Deployment = request.getfixturevalue(f"{request.param}_site")
    return deployment


@pytest.fixture(scope="session")
def redis_worker(redis_site: Deployment) -> Iterator[Worker]:
    """Run a prefork worker on Redis, with task events."""
    with redis_site.worker("prefork") as worker:
        yield worker


@pytest.fixture(scope="session")
def rabbitmq_worker(rabbitmq_site: Deployment) -> Iterator[Worker]:
    """Run a prefork worker on RabbitMQ, with task events."""
    with rabbitmq_site.worker("prefork") as worker:
        yield worker


@pytest.fixture
def worker(site: Deployment, request: pytest.FixtureRequest) -> Worker:
    """Return the prefork worker of the broker at hand."""
    kind = "redis" if site.broker.url.startswith("redis") else "rabbitmq"
    found: Worker = request.getfixturevalue(f"{kind}_worker")
    return found


@pytest.fixture
def collected(redis_site: Deployment) -> Iterator[Collecting]:
    """Collect what happens on Redis."""
    with collecting(redis_site.broker.url) as running:
        yield running
