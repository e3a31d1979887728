"""The checkup: every check, in an order in which the first problem explains those that follow."""

from functools import partial

from nutgraf.api.doctor import index_checks, machine
from nutgraf.api.doctor.findings import Finding, caught
from nutgraf.api.doctor.offline import answering
from nutgraf.settings import Settings


def examine(settings: Settings) -> list[Finding]:
    """Return the findings of all checks; it never raises, whatever is broken."""
    of_index = list(index_checks.examine(settings.index))
    sizes = index_checks.index_sizes(settings.index)
    opens = of_index[0].status == "ok"
    return [
        caught("python", machine.python),
        caught("encoder", partial(machine.model, "encoder", settings.encoder)),
        caught("reader", partial(machine.model, "reader", settings.reader)),
        *of_index,
        caught("workers", machine.workers),
        caught("threads", partial(machine.threads, settings)),
        caught("memory", partial(machine.memory, sizes.vectors)),
        caught("disk", partial(machine.disk, settings.index, sizes.derived)),
        caught("offline", partial(answering, settings, from_index=opens)),
    ]
