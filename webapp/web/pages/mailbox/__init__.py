"""Mail on pages: the mailboxes of a connection, its messages, one message, and what can be done with them.

Views: `browsing`, `reading`, `files`, `changing`, `recent`.
"""
