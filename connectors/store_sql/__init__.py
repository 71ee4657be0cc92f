"""Registers, ledger, proposals and desk in SQL: a SQLite file for one school, a PostgreSQL server for many."""

from connectors.store_sql.store import open_server_store, open_store

__all__ = ["open_server_store", "open_store"]
