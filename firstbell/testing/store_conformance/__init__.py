"""What any store must do, by the part of its port.

A test module subclasses each class and gives the fixture `open_run`: a function that opens the same school's store once
more, as another run would.
"""
