"""Attendance cases: who has one, where it stands, and the paper that is due next."""
