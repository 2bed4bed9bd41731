"""Benchmarks (``python -m bench``), each compared with a floor that is measured in the same run."""
