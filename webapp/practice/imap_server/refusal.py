"""How a mail server on pymap refuses in words of our choice, and takes its leave afterwards. Knows no provider."""

from pymap.bytes import WriteStream
from pymap.exceptions import ResponseError
from pymap.parsing.response import CommandResponse, ResponseCode


class ScriptedRefusalError(ResponseError):
    """A refusal on its way out."""

    def __init__(self, condition: str, text: str, *, code: str = "", bye: str = "") -> None:
        super().__init__(text)
        self._condition, self._text, self._code, self._bye = condition, text, code, bye

    def get_response(self, tag: bytes) -> CommandResponse:
        """Build the answer to the command."""
        answer = _RefusalThenBye(tag, self._text.encode(), ResponseCode.of(self._code.encode() or None))
        answer.condition, answer.bye = self._condition.encode(), self._bye.encode()
        return answer


class _RefusalThenBye(CommandResponse):
    """An answer after which the server may take its leave; pymap alone would do so before the answer."""

    bye = b""

    @property
    def is_terminal(self) -> bool:
        """Return whether it does."""
        return bool(self.bye)

    async def async_write(self, writer: WriteStream) -> None:
        """Write the answer, then the leave."""
        await super().async_write(writer)
        if self.bye:
            writer.write(b"* BYE %b\r\n" % self.bye)
