"""A request that is answered with an error instead, before or while its body is read."""

from starlette.responses import JSONResponse


class RequestRefused(Exception):
    """What a request is answered with instead."""

    def __init__(self, status: int, code: str, message: str, hint: str, **headers: str) -> None:
        super().__init__(message)
        self.shape = {"error": {"code": code, "message": message, "hint": hint}}
        self._status = status
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @property
    def response(self) -> JSONResponse:
        """The answer to send."""
        return JSONResponse(self.shape, self._status, self._headers)
