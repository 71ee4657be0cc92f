"""Workbooks as .xlsx files: drawn from their layouts, brought up to date around what people typed, and read.

Shared by every connector whose workbook is such a file, on a disk or in a cloud.
"""
