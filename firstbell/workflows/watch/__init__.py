"""Every pupil's year so far in figures: the weekly watch, and the measures from plain marks."""
