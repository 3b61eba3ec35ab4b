"""Reading mail: the mailboxes of a connection, its messages, one message. Views: `browsing`, `reading`, `files`."""
