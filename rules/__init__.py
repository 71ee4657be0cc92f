"""Attendance law and guidance as pure functions: standard library only, no clock, no I/O but its own parameters."""
