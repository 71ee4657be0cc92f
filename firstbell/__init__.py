"""The application: what an attendance office does in a day, as code."""

__version__ = "0.1.0"  # pyproject.toml says the same; on the functions platform there is no installed package to ask
