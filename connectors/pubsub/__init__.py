"""Google Pub/Sub: the queues of the jobs where Firstbell runs on Google Cloud."""

from connectors.pubsub.topics import PubSubTopics

__all__ = ["PubSubTopics"]
