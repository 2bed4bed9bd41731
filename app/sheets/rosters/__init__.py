"""Spreadsheets: a workbook to the rows of a roster: header, columns, rows."""
