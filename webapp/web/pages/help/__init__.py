"""Help: every problem a connection can have, explained."""
