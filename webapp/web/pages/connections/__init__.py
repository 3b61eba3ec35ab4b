"""Pages of connections: list, form, test, result, and the sign-in panel."""
