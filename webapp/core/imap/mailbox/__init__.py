"""What is read and changed in a mailbox: lists, messages, parts, search, commands on messages."""
