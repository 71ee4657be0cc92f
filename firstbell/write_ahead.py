"""Opens SQLite's write-ahead log on files that several runs may make at once."""

import sqlite3

TIMES = 100  # how often others may slip in between; each time took one of them a step further


def write_ahead(connection: sqlite3.Connection) -> None:
    """Let people read the file while a run writes it. Raises SQLite's own errors.

    The change to the log needs the file for itself. For that SQLite does not wait, whatever timeout the connection has:
    it says "locked" at once while another run makes the file. It does wait to begin a transaction that needs the file
    for itself; once that could begin, nobody stood in the way.
    """
    for _ in range(TIMES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")
