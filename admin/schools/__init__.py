"""The management side: member schools, which are opened, edited and suspended, with settings, quotas and
onboarding.
"""
