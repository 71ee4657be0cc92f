"""What the sheet calls each return, what stands in the register, and the days on which the returns are looked at."""

import datetime as dt

from rules.codes import AttendanceCode

AWAY, ILL, NO_REASON, LATE, HOLIDAY, AT_A_CLINIC = (AttendanceCode(letter) for letter in "OINUGM")
ATTENDANCE, IRREGULAR, SICKNESS = "attendance return", "attendance return: irregular", "sickness return"
NEW_PUPIL, DELETION, TWENTY_DAYS = "new-pupil return", "deletion return", "20 days: enquire with the LA"
FRIDAY_13, FRIDAY_20, FRIDAY_27 = (dt.date(2026, 11, day) for day in (13, 20, 27))
MONDAY_2, MONDAY_23 = dt.date(2026, 11, 2), dt.date(2026, 11, 23)
SEPTEMBER_7, SEPTEMBER_25 = dt.date(2026, 9, 7), dt.date(2026, 9, 25)
