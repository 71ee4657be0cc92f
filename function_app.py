"""Azure's front door: one FunctionApp that registers the blueprints. What they do is in `functions/`."""

import azure.functions as func

from functions.health import blueprint as health
from functions.report import blueprint as report
from functions.school_jobs import blueprint as school_jobs
from functions.set_aside import blueprint as set_aside
from functions.watchdog import blueprint as watchdog

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
for blueprint in (health, report, school_jobs, watchdog, set_aside):
    app.register_functions(blueprint)
