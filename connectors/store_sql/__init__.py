"""Registers, ledger, proposals and desk in SQL: SQLite on disk for one school."""

from connectors.store_sql.store import open_store

__all__ = ["open_store"]
