"""People's accounts: users, sessions, one-time links, API tokens."""
