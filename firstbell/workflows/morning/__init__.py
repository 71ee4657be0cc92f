"""The morning: who is absent without a known reason, whom to tell, what stops a message, and whom to telephone."""
