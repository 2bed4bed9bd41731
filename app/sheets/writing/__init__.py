"""Writing workbooks, credential slips and calendars for download."""
