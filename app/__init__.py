"""The product: models, rules, use cases and the student side."""
