"""Pure rules on values, without database, web or clock."""
