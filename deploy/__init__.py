"""What it takes to run the platform: locally (`deploy.local`), and on servers (the files beside this one)."""
