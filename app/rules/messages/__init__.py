"""Rules: notices (消息) and mail."""
