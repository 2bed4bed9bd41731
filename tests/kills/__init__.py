"""Imports while processes are killed: ``python -m tests.kills --kills 50``; a shorter form runs with the tests."""
