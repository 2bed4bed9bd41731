"""Notices (消息) and mail."""
