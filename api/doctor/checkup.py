"""The checkup: every check, in an order in which the first problem explains those that follow."""

from functools import partial

from nutgraf.api.doctor import index_checks, machine
from nutgraf.api.doctor.findings import Finding, caught
from nutgraf.api.doctor.offline import answering
from nutgraf.indexer.milvus.address import is_milvus
from nutgraf.models import READERS
from nutgraf.opening import reader_names
from nutgraf.settings import Settings


def examine(settings: Settings) -> list[Finding]:
    """Return the findings of all checks; it never raises, whatever is broken."""
    of_index = list(index_checks.examine(settings.index))
    sizes = index_checks.index_sizes(settings.index)
    opens = of_index[0].status == "ok"
    disk = partial(machine.disk, settings.index, sizes.derived)
    return [
        caught("python", machine.python),
        caught("encoder", partial(machine.encoder, settings.encoder)),
        *(caught(check, partial(machine.reader, check, name)) for check, name in _readers(settings)),
        *of_index,
        caught("workers", machine.workers),
        caught("threads", partial(machine.threads, settings)),
        caught("memory", partial(machine.memory, sizes.vectors)),
        *([] if is_milvus(settings.index) else [caught("disk", disk)]),
        caught("offline", partial(answering, settings, from_index=opens)),
    ]


def _readers(settings: Settings) -> list[tuple[str, str]]:
    """Return the name of the check of each reader, and the name of the reader."""
    names = reader_names(settings)
    return [(f"{name} reader" if name in READERS else "reader", name) for name in names]
