"""The watchdog, apart from the jobs it watches: a timer at other minutes and queues of its own."""

import typing

import azure.functions as func

blueprint = func.Blueprint()

STORAGE, SHARDS, JOBS = "AzureWebJobsStorage", "watchdog-shards", "watchdog-jobs"
Messages = func.Out[typing.List[str]]  # noqa: UP006 - the production worker refuses list[str] here


@blueprint.timer_trigger(schedule="0 7,22,37,52 * * * *", arg_name="timer", run_on_startup=False)
@blueprint.queue_output(arg_name="shards", queue_name=SHARDS, connection=STORAGE)
def watchdog_clock(timer: func.TimerRequest, shards: Messages) -> None:  # noqa: ARG001 - what is due is asked afresh
    """Seven minutes after the jobs' own timer: name all schools, a hundred to a message."""
    from firstbell.runs.fan_out import shards as shards_of_all  # noqa: PLC0415 - not while triggers are indexed

    shards.set(shards_of_all())


@blueprint.queue_trigger(arg_name="shard", queue_name=SHARDS, connection=STORAGE)
@blueprint.queue_output(arg_name="jobs", queue_name=JOBS, connection=STORAGE)
def watchdog_shard(shard: func.QueueMessage, jobs: Messages) -> None:
    """Put on the queue the schools of the shard whose working day it is."""
    from firstbell.runs.due import MessagesOut  # noqa: PLC0415 - not while triggers are indexed
    from firstbell.runs.fan_out import enqueue_due  # noqa: PLC0415

    out = MessagesOut()
    enqueue_due(shard.get_body().decode(), out, timetable="watch")
    jobs.set(out.texts)


@blueprint.queue_trigger(arg_name="message", queue_name=JOBS, connection=STORAGE)
def watchdog_job(message: func.QueueMessage) -> None:
    """Look whether the jobs of one school have run."""
    from firstbell.runs.school_job import run_due_job  # noqa: PLC0415 - not while triggers are indexed

    run_due_job(message.get_body().decode())
