"""`make container` says why it is skipped where no container can be built; building one takes minutes."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_is_skipped_with_a_reason_where_nothing_can_build(tmp_path: Path) -> None:
    for program in ("bash", "cat", "dirname", "id"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    done = subprocess.run(
        [tmp_path / "bash", ROOT / ".ci" / "container"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert done.stderr.startswith("skipped: neither docker nor podman can build here, and ")


def test_the_trial_is_a_script_of_the_shell_in_the_image() -> None:
    subprocess.run(["sh", "-n", ROOT / ".ci" / "container-trial"], check=True)
