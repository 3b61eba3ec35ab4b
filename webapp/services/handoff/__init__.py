"""Hand-offs: a problem sent to the administrator who can fix it, followed until it is fixed."""
