"""The Attendance workbook: the office works in it, tutors read it."""

from sheets_templates import WorkbookLayout
from sheets_templates.attendance.follow_up import (
    CHANGES,
    CODES_AND_RULES,
    CODES_TO_CHECK,
    CONTACT_LOG,
    HEALTH,
    UNEXPLAINED,
)
from sheets_templates.attendance.morning import PHONE_LIST, QUEUE, REGISTERS_TO_CHASE, SUMMARY, TODAY
from sheets_templates.attendance.watch import (
    COHORTS,
    LA_RETURNS,
    PATTERNS,
    PUNCTUALITY,
    TRENDS,
    WATCH_LIST,
    WEEKDAYS_BY_YEAR,
)

ATTENDANCE = WorkbookLayout(
    "Attendance",
    "The attendance office; tutors read",
    (
        SUMMARY,
        TODAY,
        QUEUE,
        PHONE_LIST,
        REGISTERS_TO_CHASE,
        UNEXPLAINED,
        CODES_TO_CHECK,
        WATCH_LIST,
        PUNCTUALITY,
        PATTERNS,
        TRENDS,
        WEEKDAYS_BY_YEAR,
        COHORTS,
        LA_RETURNS,
        CHANGES,
        CONTACT_LOG,
        HEALTH,
        CODES_AND_RULES,
    ),
)
