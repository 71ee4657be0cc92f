"""Messages that were tried too often: each is recorded in its school's ledger, and its office is told."""

import azure.functions as func

blueprint = func.Blueprint()

STORAGE = "AzureWebJobsStorage"


@blueprint.queue_trigger(arg_name="message", queue_name="school-jobs-poison", connection=STORAGE)
def school_job_set_aside(message: func.QueueMessage) -> None:
    """A job of a school was given up."""
    from firstbell.runs.school_job import set_aside_job  # noqa: PLC0415 - not while triggers are indexed

    set_aside_job(message.get_body().decode())


@blueprint.queue_trigger(arg_name="message", queue_name="watchdog-jobs-poison", connection=STORAGE)
def watchdog_job_set_aside(message: func.QueueMessage) -> None:
    """The watchdog of a school was given up."""
    from firstbell.runs.school_job import set_aside_job  # noqa: PLC0415 - not while triggers are indexed

    set_aside_job(message.get_body().decode())


@blueprint.queue_trigger(arg_name="message", queue_name="school-shards-poison", connection=STORAGE)
def school_shard_set_aside(message: func.QueueMessage) -> None:
    """The schools of a shard could not be asked what is due."""
    from firstbell.runs.school_job import set_aside_shard  # noqa: PLC0415 - not while triggers are indexed

    set_aside_shard(message.get_body().decode())


@blueprint.queue_trigger(arg_name="message", queue_name="watchdog-shards-poison", connection=STORAGE)
def watchdog_shard_set_aside(message: func.QueueMessage) -> None:
    """The schools of a shard could not be asked whether their jobs have run."""
    from firstbell.runs.school_job import set_aside_shard  # noqa: PLC0415 - not while triggers are indexed

    set_aside_shard(message.get_body().decode())
