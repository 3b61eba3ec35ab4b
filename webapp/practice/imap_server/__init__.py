"""The IMAP servers of practice mode: mailboxes that work, or fail the way real ones do."""
