"""Tests of what services of every subject use."""
