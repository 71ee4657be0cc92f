"""Attendance and absence as DfE counts them: possible sessions, rates, persistent absence, unexplained absence."""
