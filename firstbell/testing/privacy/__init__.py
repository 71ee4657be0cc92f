"""The privacy scan: a pytest plugin that reads all that the tests let out, and looks in it for every personal text."""
