"""The management side: Flask-Admin views that call ``app.services`` and nothing else."""
