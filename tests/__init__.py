"""The tests; their packages mirror those of the product."""
