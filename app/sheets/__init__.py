"""Spreadsheets: bytes of strangers to typed rows, and rows to workbooks. Knows no database and no web."""
