"""What becomes of a request that brings no document."""


class FetchFailed(Exception):
    """An address brings no document; the message is the reason that the user reads.

    `lasting`: asking again will not help, as long as nobody changes the page or the link.
    """

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.lasting = lasting
