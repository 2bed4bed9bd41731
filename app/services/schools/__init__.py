"""Schools: opened, edited, suspended, their settings, quotas and onboarding."""
