"""A school's part of a database: transactions that mean what they say, and errors in our own words.

What one kind of database does its own way is in `sqlite.py` and `postgres.py`: how a transaction begins, how a writer
waits for another, and what an error means.
"""

import datetime as dt
import logging
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.store_sql.tables import schools
from firstbell.errors import Misconfigured, RetryLater

PATIENCE = dt.timedelta(seconds=10)  # how long a writer waits for another; a morning's writes take milliseconds
TRY_AGAIN_AFTER = dt.timedelta(seconds=30)

# What to raise in the place of a database's error; None for a mistake of ours that may be shown as it is.
InOurWords = Callable[[sa.exc.DBAPIError], Exception | None]


@dataclass(frozen=True, slots=True)
class Engines:
    """One pool of connections, seen as a reader and as a writer: their transactions begin differently."""

    reader: sa.Engine
    writer: sa.Engine
    is_shared: bool = False

    def close(self) -> None:
        """Close every connection; those that are shared are closed by whoever shares them."""
        if not self.is_shared:
            self.writer.dispose()


class Database:
    """One school's part of a database."""

    def __init__(self, engines: Engines, school: str, name: str, in_our_words: InOurWords) -> None:
        """`name` is how error sentences call the database: a file's path or a database's name, never a password."""
        self.school = school
        self.name = name
        self._engines = engines
        self._in_our_words = in_our_words
        self._let_go = weakref.finalize(self, engines.close)
        logging.getLogger("sqlalchemy").setLevel(
            logging.WARNING
        )  # at DEBUG it prints every row it reads, names and all

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the store throughout. Raises RetryLater, Misconfigured."""
        with self._our_errors(), self._engines.reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction of this school's only writer: all of it happens, or nothing. Raises as `reading`.

        When RetryLater comes from the end of it, nobody knows which of the two; what is written must bear repeating.
        """
        with self._our_errors(), self._engines.writer.begin() as connection:
            ours = sa.select(schools.c.school).where(schools.c.school == self.school).with_for_update()
            if connection.execute(ours).first() is None:
                raise Misconfigured(f"the store {self.name} does not know the school {self.school}")
            yield connection

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """A writer's transaction before the tables are known to be there."""
        with self._our_errors(), self._engines.writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database; happens by itself when nothing of the store is in use any more."""
        self._let_go()

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            ours = self._in_our_words(error)
            if ours is None:
                raise
            raise ours from ours.__cause__ or error
        except sa.exc.TimeoutError as error:  # every connection of the pool is in use
            raise RetryLater(TRY_AGAIN_AFTER) from error
        except sa.exc.StatementError as error:
            raise (error.orig or error) from error  # a value of ours that can't be written: a time without a zone


def put(connection: sa.Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Change the row with this key, or add it."""
    row = sa.update(table).where(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(row.values(**values)).rowcount == 0:
        connection.execute(sa.insert(table).values(**key, **values))
