"""The OpenAPI description as this server gives it: the paths of the app, where they are, and its keys."""

from collections.abc import Sequence
from typing import Any

SCHEMES: dict[str, dict[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "password": {"type": "http", "scheme": "basic", "description": "Any user, and the key as the password."},
}
"""The ways to send a key, each of them enough."""


def described(
    description: dict[str, Any], root: str, open_paths: Sequence[str], *, keys: bool
) -> dict[str, Any]:
    """Return the description of an app with what is this server's; all routes are below the path `root`.

    With `keys` every route but the `open_paths` needs one.
    """
    paths = description["paths"]
    if keys:
        paths = {
            path: {
                method: {**operation, "security": []} if path in open_paths else operation
                for method, operation in operations.items()
            }
            for path, operations in paths.items()
        }
    return {
        **description,
        "servers": [{"url": root}],
        "paths": paths,
        "components": {**description["components"], "securitySchemes": SCHEMES},
        **({"security": [{scheme: []} for scheme in SCHEMES]} if keys else {}),
    }
