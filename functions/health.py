"""Does this deployment hold what it needs to run? And, for those who have a key: can its schools be run?"""

import json

import azure.functions as func

blueprint = func.Blueprint()


@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the platform wants the parameter
    """Answer 200 with the checks as JSON, or 503 when one failed. Anonymous: it says nothing of any school."""
    from firstbell.workflows.oversight.health import check_health  # noqa: PLC0415 - not while triggers are indexed

    found = check_health()
    return _answer(200 if found.is_ok else 503, found.as_table())


@blueprint.route(route="health/schools", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def health_of_schools(req: func.HttpRequest) -> func.HttpResponse:
    """Answer which schools' settings can't be read, from `?from=KEY` on; with `?school=KEY`, the checks of that one."""
    from firstbell.doctor.platform import schools_health  # noqa: PLC0415
    from firstbell.errors import FirstbellError  # noqa: PLC0415 - not while triggers are indexed

    try:
        is_ok, found = schools_health(req.params.get("school", ""), first=req.params.get("from", ""))
    except FirstbellError as error:
        return _answer(503, {"ok": False, "why": str(error)})
    return _answer(200 if is_ok else 503, found)


def _answer(status: int, table: dict[str, object]) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(table), status_code=status, mimetype="application/json")
