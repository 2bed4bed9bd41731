"""The student side, and what both sides share: blueprints, sessions, errors."""
