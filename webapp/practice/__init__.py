"""Practice mode: the whole product with no mailbox at hand, on mail servers of its own."""
