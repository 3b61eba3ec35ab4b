"""The check of a connection: its steps, run in order and timed, and the report."""
