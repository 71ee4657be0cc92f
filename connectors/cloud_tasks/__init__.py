"""Google Cloud Tasks: an alarm clock for what is left of a job, because Pub/Sub can't delay a message."""

from connectors.cloud_tasks.later_jobs import CloudTasksJobs

__all__ = ["CloudTasksJobs"]
