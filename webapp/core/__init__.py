"""Protocols and rules that know neither Flask nor the database: network, IMAP, OAuth, MIME, diagnosis."""
