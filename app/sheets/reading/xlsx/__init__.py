"""The .xlsx format: what the reader in Rust does not tell, and what must be refused."""
