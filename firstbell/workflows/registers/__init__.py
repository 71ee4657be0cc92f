"""Roll and registers as the MIS gives them: brought in, compared with last time, and checked for mistakes."""
