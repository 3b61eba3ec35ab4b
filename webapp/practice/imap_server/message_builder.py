"""Write the practice letters out as Internet messages (RFC 5322) with their attachments. Knows no server."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from webapp.practice.imap_server.sample_messages import SampleMessage

_RECIPIENT_OF_SENT = "Mila Okonkwo <mila@practice.test>"
_FIGURES = "day;orders;turnover\n2026-10-01;14;1210.50\n2026-10-02;9;803.00\n2026-10-05;17;1544.20\n"


def write_message(letter: SampleMessage, *, owner: str, now: datetime) -> bytes:
    """Return the letter's bytes as a mail server stores them."""
    message = EmailMessage(policy=SMTP)
    message["From"] = letter.sender or owner
    message["To"] = owner if letter.sender else _RECIPIENT_OF_SENT
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(arrival_time(letter, now=now))
    message["Message-ID"] = f"<{letter.hours}.{letter.mailbox.encode().hex()}@practice.test>"
    message.set_content(letter.text + "\n")
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    if letter.attachment.endswith(".csv"):
        message.add_attachment(_FIGURES.encode(), maintype="text", subtype="csv", filename=letter.attachment)
    elif letter.attachment:
        pdf = write_pdf(letter.subject)
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=letter.attachment)
    return message.as_bytes()


def arrival_time(letter: SampleMessage, *, now: datetime) -> datetime:
    """Return when the letter arrived."""
    return now - timedelta(hours=letter.hours)


def write_pdf(line: str) -> bytes:
    """Make the smallest PDF that shows one line of Latin-1 text (ISO 32000-1 section 7.5)."""
    escaped = line.encode("latin-1", "replace").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    drawing = b"BT /F1 18 Tf 72 760 Td (%b) Tj ET" % escaped
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
        b"/Encoding /WinAnsiEncoding >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing),
    )
    pdf, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return pdf + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(pdf))
    )
