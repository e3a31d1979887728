"""What can be chosen from outside; every door fills in the same object."""

from dataclasses import dataclass
from pathlib import Path

from nutgraf.errors import BadOption

DEFAULT_INDEX = ".nutgraf"
MAX_THREADS = 256
MAX_PASSAGES = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the archive is, which models (None: those in the box), how many threads (None: the cores).

    `profile` names how much is done for a question (`qa.profiles`); `passages`, if it is not None, is how
    many of them are read instead of the profile's number. `ray` is the address of the Ray cluster whose
    machines read files, encode, and answer evaluations ("local" starts one); None means this machine alone.
    """

    index: Path = Path(DEFAULT_INDEX)
    encoder: str | None = None
    reader: str | None = None
    threads: int | None = None
    passages: int | None = None
    profile: str | None = None
    ray: str | None = None

    def checked(self) -> "Settings":
        """Return the settings; raises BadOption for a profile that is none, or a number out of range."""
        from nutgraf.qa.profiles import PROFILES

        if self.profile is not None and self.profile not in [*PROFILES]:
            names = ", ".join(PROFILES)
            message = f"{{profile}} {self.profile!r} is none of {names}"
            raise BadOption(message, hint="{profile} thorough", fields=["profile"])
        for field, value, most in (
            ("threads", self.threads, MAX_THREADS),
            ("passages", self.passages, MAX_PASSAGES),
        ):
            if value is not None and (type(value) is not int or not 1 <= value <= most):
                message = f"{{{field}}} {value!r} is not between 1 and {most}"
                if type(value) is not int:
                    message = f"{{{field}}} is {type(value).__name__}, expected int"
                raise BadOption(message, hint=f"{{{field}}} 2", fields=[field])
        models: dict[str, object] = {"encoder": self.encoder, "reader": self.reader}
        for field, name in models.items():
            if name is not None and not isinstance(name, str):
                message = f"{{{field}}} is {type(name).__name__}, expected the name or the folder of a model"
                raise BadOption(message, hint=f"{{{field}}} folder/of/model", fields=[field])
        return self
