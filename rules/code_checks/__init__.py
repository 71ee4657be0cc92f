"""Which marks of a register can't stand, or want a look: by the table of codes, calendar, clock and age."""
