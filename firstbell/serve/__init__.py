"""`firstbell serve`: a host for the triggers on this computer, behind the platform's own worker library."""
