"""The private names of imaplib and imapclient that the IMAP protocol relies on: each is a risk at a new release."""

IMAPLIB = (
    "_append_untagged",
    "_check_bye",
    "_command",
    "_command_complete",
    "_get_capabilities",
    "_get_tagged_response",
    "_simple_command",
)
IMAPCLIENT = ("_check_resp", "_create_IMAP4", "_imap", "_normalise_folder", "_set_read_timeout")
