"""Use cases: notices (消息) and mail."""
