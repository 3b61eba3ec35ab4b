"""Which mailbox is open in a session, and how: it is opened again only where it must be."""

from dataclasses import dataclass

from webapp.core.imap.protocol.client import Client, CommandRefusedError
from webapp.core.imap.protocol.imaplib_protocol import TaggedResponse
from webapp.core.imap.protocol.mailbox_names import encoded_name_candidates

_NAMELESS = TaggedResponse("NO", "[NONEXISTENT] No mailbox has this name")


@dataclass(frozen=True)
class SelectedMailbox:
    """An open mailbox; `permanent_flags` are in lower case, and None where the server told nothing: then all last."""

    name: str
    uid_validity: int
    writable: bool
    permanent_flags: frozenset[str] | None


class Selection:
    """What is open, if anything is."""

    def __init__(self) -> None:
        self._place: SelectedMailbox | None = None

    def open(self, client: Client, name: str, *, writable: bool) -> SelectedMailbox | TaggedResponse:
        """Open a mailbox, or ask for news where it is open already: servers take long to open a large one again.

        Gives the refusal where it cannot be opened: that of the proper spelling, as the others may be no names at all.
        """
        place = self._place
        if (
            place is not None
            and (place.name, place.writable) == (name, writable)
            and client.protocol.send_command_with_literals("NOOP").kind == "OK"
        ):
            return place
        self._place = None
        refusals = []
        for spelling in encoded_name_candidates(name):
            try:
                told = client.select_folder(spelling, readonly=not writable)
            except CommandRefusedError as refused:
                refusals.append(refused.answer)
                continue
            mode = writable and b"READ-ONLY" not in told
            self._place = SelectedMailbox(name, told.get(b"UIDVALIDITY", 0), mode, client.protocol.permanent_flags)
            return self._place
        return refusals[0] if refusals else _NAMELESS
