"""Commands of `flask`: each parses its words, calls one service and prints."""
