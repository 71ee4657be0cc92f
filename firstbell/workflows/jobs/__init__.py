"""What a timer or a person starts: each job from beginning to end, calling on the duties in their order."""
