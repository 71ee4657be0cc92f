"""Penalty notices: the national framework of August 2024."""
