"""Connections: the list, the form, the test, the page of one. Its blueprint is in `blueprint`, its views beside it."""
