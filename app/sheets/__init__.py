"""Spreadsheets: reading uploaded files into typed rows, and writing workbooks, without database or web."""
