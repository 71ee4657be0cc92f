"""Every part of the sandbox, joined: what each answers."""

from firstbell.testing.microsoft.asked import Route

ROUTES: tuple[Route, ...] = ()
