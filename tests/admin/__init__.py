"""Tests of the management side."""
