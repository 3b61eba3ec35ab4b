"""The administration of people."""
