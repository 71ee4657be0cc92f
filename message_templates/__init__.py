"""The wording as shipped: one template a purpose in `email/` and `card/`, and the words that none may use."""

from pathlib import Path

FOLDER = Path(__file__).parent
