"""The application: models, rules, services, the student side and commands."""
