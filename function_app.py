"""Azure's front door: one FunctionApp that registers the blueprints. What they do is in `functions/`."""

import azure.functions as func

from functions.health import blueprint as health

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(health)
