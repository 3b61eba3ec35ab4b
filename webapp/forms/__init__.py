"""Filters and validators of form fields, for every form."""
