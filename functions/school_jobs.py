"""Every school's jobs: a timer names the schools, each shard asks what is due, and each message is one school's job."""

import typing

import azure.functions as func

blueprint = func.Blueprint()

STORAGE, SHARDS, JOBS = "AzureWebJobsStorage", "school-shards", "school-jobs"
Messages = func.Out[typing.List[str]]  # noqa: UP006 - the production worker refuses list[str] here


@blueprint.timer_trigger(schedule="0 */15 * * * *", arg_name="timer", run_on_startup=False)
@blueprint.queue_output(arg_name="shards", queue_name=SHARDS, connection=STORAGE)
def schools_clock(timer: func.TimerRequest, shards: Messages) -> None:  # noqa: ARG001 - what is due is asked afresh
    """Every quarter of an hour in UTC, late or not: name all schools, a hundred to a message."""
    from firstbell.runs.fan_out import shards as shards_of_all  # noqa: PLC0415 - not while triggers are indexed

    shards.set(shards_of_all())


@blueprint.queue_trigger(arg_name="shard", queue_name=SHARDS, connection=STORAGE)
@blueprint.queue_output(arg_name="jobs", queue_name=JOBS, connection=STORAGE)
def school_shard(shard: func.QueueMessage, jobs: Messages) -> None:
    """Put on the queue what is due at each school of the shard."""
    from firstbell.runs.due import MessagesOut  # noqa: PLC0415 - not while triggers are indexed
    from firstbell.runs.fan_out import enqueue_due  # noqa: PLC0415

    out = MessagesOut()
    enqueue_due(shard.get_body().decode(), out, timetable="jobs")
    jobs.set(out.texts)


@blueprint.queue_trigger(arg_name="message", queue_name=JOBS, connection=STORAGE)
def school_job(message: func.QueueMessage) -> None:
    """Run one job of one school, once."""
    from firstbell.runs.school_job import run_due_job  # noqa: PLC0415 - not while triggers are indexed

    run_due_job(message.get_body().decode())
