"""Tests of the tooling: local servers, bootstrap, checks."""
