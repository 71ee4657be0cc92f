"""Which schools' jobs ran, for those who have a key."""

import json

import azure.functions as func

blueprint = func.Blueprint()


@blueprint.route(route="report", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def report_of_schools(req: func.HttpRequest) -> func.HttpResponse:
    """Answer how the schools' jobs stand, `?on=` a day and `?from=` a key; with `?school=KEY`, each job of that one."""
    from firstbell.errors import BadInput, FirstbellError  # noqa: PLC0415 - not while triggers are indexed
    from firstbell.runs.report_asked import report_asked  # noqa: PLC0415

    try:
        table = report_asked(req.params)
    except FirstbellError as error:
        return _answer(400 if isinstance(error, BadInput) else 503, {"ok": False, "why": str(error)})
    return _answer(200, table)


def _answer(status: int, table: dict[str, object]) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(table), status_code=status, mimetype="application/json")
