"""Looks at everything, in an order in which the first thing that is wrong explains what follows."""

from functools import partial

from nutgraf.api.doctor import archive, machine
from nutgraf.api.doctor.findings import Finding, caught
from nutgraf.api.doctor.offline import answering
from nutgraf.settings import Settings


def examine(settings: Settings) -> list[Finding]:
    """Return what is found; never raises, whatever is broken."""
    of_index = list(archive.examine(settings.index))
    opens = of_index[0].status == "ok"
    return [
        caught("python", machine.python),
        caught("encoder", partial(machine.model, "encoder", settings.encoder)),
        caught("reader", partial(machine.model, "reader", settings.reader)),
        *of_index,
        caught("threads", partial(machine.threads, settings)),
        caught("memory", partial(machine.memory, settings.index)),
        caught("disk", partial(machine.disk, settings.index)),
        caught("offline", partial(answering, settings, from_index=opens)),
    ]
