"""The exception of a request that is refused before it reaches a route, or while its body is read."""

from starlette.responses import JSONResponse

from nutgraf.objects import ErrorJson


class RequestRefused(Exception):
    """A request is refused with this status and error object."""

    def __init__(self, status: int, code: str, message: str, hint: str, **headers: str) -> None:
        super().__init__(message)
        self.body: ErrorJson = {"error": {"code": code, "message": message, "hint": hint}}
        self._status = status
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @property
    def response(self) -> JSONResponse:
        """The response to send."""
        return JSONResponse(self.body, self._status, self._headers)
