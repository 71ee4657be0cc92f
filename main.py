"""Google Cloud's front door: one HTTP function for functions-framework, behind which are the triggers of `functions/`.

FUNCTION_TARGET=front functions-framework --source main.py
"""

from typing import TYPE_CHECKING

from firstbell.composition.clocks import new_key
from firstbell.composition.queues import cloud_tasks_jobs, pubsub_publisher
from firstbell.runs.schools import PLATFORM
from firstbell.serve.google import Front, log_for_google

if TYPE_CHECKING:
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Request, Response

log_for_google()
PLATFORM.later = cloud_tasks_jobs
_front = Front(pubsub_publisher, new_key=new_key)


def front(request: "Request") -> "Response | HTTPException":
    """Answer a request of Cloud Scheduler, of Pub/Sub, or of anyone to a route that is open."""
    return _front.answer(request)
