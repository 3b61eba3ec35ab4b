"""Prepares the portal before it serves: data folder, migrations, keys."""
