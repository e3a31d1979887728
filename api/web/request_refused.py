"""The exception of a request that is refused before it reaches a route, or while its body is read."""

from collections.abc import Sequence

from starlette.responses import JSONResponse

from nutgraf.objects import ErrorJson


class RequestRefused(Exception):
    """A request is refused with this status and error object; a header may have several lines."""

    def __init__(
        self, status: int, code: str, message: str, hint: str, **headers: str | Sequence[str]
    ) -> None:
        super().__init__(message)
        self.body: ErrorJson = {"error": {"code": code, "message": message, "hint": hint}}
        self._status = status
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @property
    def response(self) -> JSONResponse:
        """The response to send."""
        response = JSONResponse(self.body, self._status)
        for name, values in self._headers.items():
            for value in [values] if isinstance(values, str) else values:
                response.headers.append(name, value)
        return response
