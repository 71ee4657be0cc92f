"""A Microsoft 365 of pretence: a strict HTTP server with state, for tests and for a person to watch a morning on.

It refuses whatever the contract does not know, in questions and in its own answers alike.
"""
