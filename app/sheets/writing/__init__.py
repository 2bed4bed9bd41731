"""Spreadsheets: workbooks, slips and calendars that people take away."""
