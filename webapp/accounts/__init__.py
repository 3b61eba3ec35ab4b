"""People's accounts: signing in, joining, passwords, devices."""
