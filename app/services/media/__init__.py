"""Pictures: checked, re-encoded, shown."""
