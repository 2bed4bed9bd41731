"""The student side and everything that both sides share: blueprints, session, errors."""
