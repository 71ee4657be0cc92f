"""The measures of many registers at once: a slow engine to believe, a plain one to use, a vector one for trusts."""
