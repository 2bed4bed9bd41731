"""Spreadsheets: bytes of strangers to a workbook of typed cells, in a bounded child process."""
