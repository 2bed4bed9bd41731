"""Use cases: schools: opened, edited, suspended, their settings, quotas and onboarding."""
