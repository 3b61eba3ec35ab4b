"""The IMAP protocol (RFC 9051): sessions, commands, responses, names, errors."""
