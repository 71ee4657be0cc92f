"""What people typed in the workbooks, as decisions need it, and how long their words are kept."""
