"""Rules of licences (授权): their terms, states and sheets."""
