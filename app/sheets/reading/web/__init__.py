"""Web pages, their single-file form, and the XML of Excel 2003, which many systems write and name .xls."""
