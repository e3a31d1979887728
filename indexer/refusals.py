"""What to do where the operating system refuses: memory, a file handle, the disk. Pure."""

import errno
import re

MEMORY_HINT = "end other programs, or give this one more memory"
_HANDLES_HINT = "let this program open more files: ulimit -n 1024"
_DISK_HINT = "check the disk's free space and the folder's permissions, then run it again"
HINTS = {
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _HANDLES_HINT),
    **dict.fromkeys((errno.ENOMEM, errno.EAGAIN), MEMORY_HINT),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO), _DISK_HINT),
}
"""What to type or to look at, by the number of the system's error."""

_WRITTEN_NUMBER = re.compile(r"Os \{ code: (\d{1,4}),|\(os error (\d{1,4})\)")


def refusal_number(error: BaseException) -> int | None:
    """Return the number of the system's refusal in an error; libraries in Rust write it into their words.

    >>> refusal_number(ValueError("cannot open: Os { code: 24, kind: TooManyOpenFiles }"))
    24
    """
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (written := _WRITTEN_NUMBER.search(str(error))):
        number = int(written[1] or written[2])
    return number if number in HINTS else None
