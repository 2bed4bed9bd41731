"""The management side: licences (授权), which say which school may offer which course; single, in bulk and by
sheet.
"""
