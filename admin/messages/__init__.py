"""The management side: notices (消息) and mail."""
