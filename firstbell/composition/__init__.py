"""Where an office is put together: the only package that makes real connectors and reads a real clock.

Each connector is imported where it is made, so that a command loads only what it uses.
"""
