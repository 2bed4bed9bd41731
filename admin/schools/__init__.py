"""The management side: member schools, their settings, quotas and onboarding."""
