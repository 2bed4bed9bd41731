"""Tests of the architecture: isolation, routes, migrations, conventions."""
