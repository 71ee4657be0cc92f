"""Azure Storage: the queue on which what is left of a job waits for its moment."""

from connectors.azure_storage.later_jobs import StorageJobs

__all__ = ["StorageJobs"]
