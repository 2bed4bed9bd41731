"""Pure rules on values: no database, no web, no clock of their own."""
