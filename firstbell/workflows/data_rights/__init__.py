"""What is held about a pupil: shown to them, kept no longer than it may be, and erased."""
