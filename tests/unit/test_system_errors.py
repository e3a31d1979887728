"""What the system refuses is an error that says so, and no defect of nutgraf."""

import errno
import os
import sys

import pytest

from nutgraf.api.commands import cli
from nutgraf.api.commands.system_errors import system_refusal

MEMORY = ("there is not enough memory for this command", "end other programs, or give this one more memory")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), MEMORY),
        (RuntimeError("can't start new thread"), MEMORY),
        (ValueError("[ONNXRuntimeError] : 6 : std::bad_alloc"), MEMORY),
        (ImportError("lib.so: failed to map segment from shared object"), MEMORY),
        (
            OSError(errno.EMFILE, os.strerror(errno.EMFILE), "a/store.sqlite"),
            (
                "a/store.sqlite: the system refuses: Too many open files",
                "let this program open more files: ulimit -n 1024",
            ),
        ),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            (
                "the system refuses: No space left on device",
                "check the disk's free space and the folder's permissions, then run it again",
            ),
        ),
    ],
)
def test_a_refusal_says_what_is_missing(error: Exception, expected: tuple[str, str]) -> None:
    refusal = system_refusal(error)
    assert refusal is not None
    assert (str(refusal), refusal.hint) == expected


@pytest.mark.parametrize(
    "error", [RuntimeError("other"), ImportError("no module"), OSError("no number"), KeyError("memory")]
)
def test_other_errors_are_defects(error: Exception) -> None:
    assert system_refusal(error) is None


def test_a_command_without_memory_ends_with_2_and_one_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*, standalone_mode: bool) -> int:
        raise MemoryError

    monkeypatch.setattr(sys, "argv", ["nutgraf", "info"])
    with pytest.raises(SystemExit) as ended:
        cli._run(command)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error: {MEMORY[0]}\n  try: {MEMORY[1]}\n"
