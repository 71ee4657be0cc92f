"""One school morning with nothing but the unpacked package: its libraries, its app, and no environment.

    python -I -S morning_of_the_package.py APP SCHOOLS KEY MOMENT

Prints what was sent, and where the modules came from that don't stand in the package or in Python itself.
"""

import datetime as dt
import os
import sys
import sysconfig
from pathlib import Path

app, schools, key, moment = sys.argv[1:]
libraries = str(Path(app, ".python_packages/lib/site-packages"))
sys.path = [entry for entry in sys.path if Path(entry) != Path(__file__).parent] + [libraries, app]

from firstbell.composition.clocks import SystemClock  # noqa: E402 - the path comes first
from firstbell.runs.due import DueJob, Job  # noqa: E402
from firstbell.runs.school_job import run_due_job  # noqa: E402
from firstbell.runs.schools import PLATFORM  # noqa: E402

begins = dt.datetime.fromisoformat(moment)
PLATFORM.place = Path(schools)
for job, minutes in ((Job.SYNC, 0), (Job.FIRST_DAY_CONTACT, 3), (Job.FIRST_DAY_CONTACT, 25)):
    due = begins + dt.timedelta(minutes=minutes)
    PLATFORM.ahead = due - SystemClock().now()
    run_due_job(DueJob(key, job, due).to_text())

for part, value in {"accountName": "school", "credential": "managedidentity"}.items():
    os.environ[f"AzureWebJobsStorage__{part}"] = value
with PLATFORM.later(PLATFORM):  # what is left of a job could go to the queue: that the libraries are there
    pass

python = sysconfig.get_path("stdlib")
files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
strangers = [file for file in files if file and not file.startswith((app, python, __file__))]
print(len(list(Path(schools).rglob("outbox/**/*.eml"))), strangers)  # noqa: T201 - our answer
