"""What is held about a pupil: shown when asked for, kept no longer than it may be, and erased."""
