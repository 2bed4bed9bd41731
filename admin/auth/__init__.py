"""The management side: credential slips (密码条) with first passwords."""
