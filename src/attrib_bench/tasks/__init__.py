"""The tasks, one module each: what an example is, what a prediction is, how it is scored."""

from attrib_bench.tasks import attribution, chain, form, hedge, provenance, source, spans, trigger
from attrib_bench.tasks.task import Outcome, Task

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        spans.TASK,
        attribution.TASK,
        form.TASK,
        source.TASK,
        hedge.TASK,
        trigger.TASK,
        chain.TASK,
        provenance.TASK,
    )
}
"""The tasks by name."""

__all__ = ["TASKS", "Outcome", "Task"]
