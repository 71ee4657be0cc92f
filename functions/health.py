"""Liveness: does this deployment hold what it needs to run?"""

import json

import azure.functions as func

from firstbell.workflows.oversight.health import check_health

blueprint = func.Blueprint()


@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the platform wants the parameter
    """Answer 200 with the checks as JSON, or 503 when one failed. Anonymous: it says nothing of any school."""
    found = check_health()
    return func.HttpResponse(
        json.dumps(found.as_table()), status_code=200 if found.is_ok else 503, mimetype="application/json"
    )
