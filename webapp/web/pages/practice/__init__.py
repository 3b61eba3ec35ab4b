"""The page of practice mode."""
