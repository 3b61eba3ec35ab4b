"""Pages for signing in, joining, passwords, devices and API tokens."""
