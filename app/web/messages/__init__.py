"""Pages: notices (消息) and mail."""
