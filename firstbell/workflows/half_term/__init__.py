"""The half-term message in days missed: what it is decided from, and its proposal and sending."""
