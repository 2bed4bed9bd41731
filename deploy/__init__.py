"""Running the platform: locally (`deploy.local`), and on servers (the files in this folder)."""
