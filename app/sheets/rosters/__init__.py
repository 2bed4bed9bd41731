"""Rosters in workbooks: their headers, columns and rows."""
