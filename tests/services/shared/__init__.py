"""Tests of the helpers that services of every subject use."""
