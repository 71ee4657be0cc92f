"""The demo's morning inside the school's Microsoft 365 of pretence: the sandbox listens, and people and jobs work.

Jobs run as real processes of the command line, or in this one through the same composition; the connection, the sign-in
and Microsoft's SDK are the real ones either way.
"""

import contextlib
import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from firstbell.composition import SetClock, clock_at, confirm_columns, office_of, open_store_for
from firstbell.demo.exports import Exports
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.morning import ZONE, make_morning
from firstbell.demo.play import JOBS, _keys_about, _draft_read, _text
from firstbell.demo.school import DemoSchool, make_school
from firstbell.demo.school_toml import OUTGOING
from firstbell.settings import load_settings
from firstbell.testing.microsoft import school
from firstbell.testing.microsoft.parts import ROUTES
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.school_folder import make_app_certificate, outgoing_of
from firstbell.testing.microsoft.server import Running, running
from firstbell.testing.microsoft.tenant import Person, Tenant
from firstbell.testing.microsoft.workbook_person import LivePerson
