"""Every error of the API in one shape (RFC 9457, ``application/problem+json``)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap

from umbel.control.commands.errors import CannotDo, NotConfirmed as CommandNotConfirmed, NotThere, ReadOnly
from umbel.control.inspect import CannotAsk
from umbel.live.hub import TooManyReaders
from umbel.model.commands import BadCommand
from umbel.model.errors import UmbelError
from umbel.model.search import SearchError
from umbel.store.protocols import BadCursor, BadQuestion, QueryTooSlow, StoreError
from umbel.store.protocols.views import TooManyViews
from umbel.web.clearing import ClearingRuns, NotConfirmed
from umbel.web.exports import ExportRuns
from umbel.web.schemas import Problem

PROBLEM_TYPE: Final = "application/problem+json"
log = logging.getLogger(__name__)


class NotFound(UmbelError):
    """A thing that was asked for by name and is not there."""


_STATUS: Final[tuple[tuple[type[UmbelError], HTTPStatus], ...]] = (
    (SearchError, HTTPStatus.BAD_REQUEST),
    (BadCursor, HTTPStatus.BAD_REQUEST),
    (BadQuestion, HTTPStatus.BAD_REQUEST),
    (NotConfirmed, HTTPStatus.BAD_REQUEST),
    (BadCommand, HTTPStatus.BAD_REQUEST),
    (CommandNotConfirmed, HTTPStatus.BAD_REQUEST),
    (ReadOnly, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotThere, HTTPStatus.NOT_FOUND),
    (CannotDo, HTTPStatus.CONFLICT),
    (TooManyViews, HTTPStatus.CONFLICT),
    (ClearingRuns, HTTPStatus.CONFLICT),
    (ExportRuns, HTTPStatus.CONFLICT),
    (TooManyReaders, HTTPStatus.SERVICE_UNAVAILABLE),
    (QueryTooSlow, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (CannotAsk, HTTPStatus.SERVICE_UNAVAILABLE),
    (UmbelError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the description of these error answers for the OpenAPI document."""
    return {
        status: ResponseSpec(
            Problem, description=HTTPStatus(status).phrase, media_type=PROBLEM_TYPE, generate_examples=False
        )
        for status in statuses
    }


def handlers(realm: str | None) -> ExceptionHandlersMap:
    """Return the exception handlers. With a ``realm``, who is not signed in is asked for name and password."""

    def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        response = _http_error(request, error)
        if realm is not None and error.status_code == HTTPStatus.UNAUTHORIZED:
            response.set_header("WWW-Authenticate", f'Basic realm="{realm}", charset="UTF-8"')
        return response

    return {UmbelError: _umbel_error, HTTPException: http_error, Exception: _unexpected}


def _problem(status: int, detail: str, *, headers: dict[str, str] | None = None, position: int | None = None,
             kind: str = "about:blank") -> Response[Any]:  # fmt: skip
    body = Problem(type=kind, title=HTTPStatus(status).phrase, status=status, detail=detail, position=position)
    return Response(body, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


def _umbel_error(_: Request[Any, Any, Any], error: UmbelError) -> Response[Any]:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    kind = f"urn:umbel:{type(error).__name__}"
    return _problem(status, str(error), position=getattr(error, "position", None), kind=kind)


def _http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    extra = error.extra if isinstance(error.extra, list) else []
    told = [f"{item.get('key')}: {item.get('message')}" for item in extra if isinstance(item, dict)]
    detail = "; ".join(told) or error.detail
    return _problem(error.status_code, detail, headers=dict(error.headers or {}))


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Umbel failed to answer; its log says why")
