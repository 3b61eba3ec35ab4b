"""The letters in a practice mailbox: what a small company gets and sends. Data only; `post` makes messages of them."""

from dataclasses import dataclass

MAILBOXES = ("Archive", "Entwürfe", "Invoices", "Sent", "Trash")
"""The mailboxes beside INBOX."""

_MILA = "Mila Okonkwo <mila@practice.test>"
_TOM = "Tom Berger <tom@practice.test>"
_PRINTERS = "Nordlicht Druck <rechnung@nordlicht.example>"
_HOSTING = "Cloudberry Hosting <billing@cloudberry.example>"
_NEWS = "Harbour News <news@harbour.example>"
_YOU = ""
"""The owner of the mailbox: the sender of what was sent, otherwise the recipient."""


@dataclass(frozen=True)
class SampleMessage:
    """One letter: `hours` is its age, `html` the same in HTML, `attachment` the name of a file that goes with it."""

    mailbox: str
    hours: int
    sender: str
    subject: str
    text: str
    html: str = ""
    attachment: str = ""
    seen: bool = True


SAMPLE_MESSAGES: tuple[SampleMessage, ...] = (
    SampleMessage(
        "INBOX",
        2,
        _MILA,
        "Lunch on Thursday?",
        "The new place by the canal has opened. Half past twelve?\n\nMila",
        seen=False,
    ),
    SampleMessage(
        "INBOX",
        5,
        _TOM,
        "Printer on the second floor",
        "It works again. The tray was in upside down.\n\nTom",
        seen=False,
    ),
    SampleMessage(
        "INBOX",
        9,
        _NEWS,
        "This week at the harbour",
        "Open-air cinema on Friday, flea market on Sunday.",
        html="<h1>This week at the harbour</h1><p><b>Friday:</b> open-air cinema at nine.</p>"
        "<p><b>Sunday:</b> flea market from eight.</p>"
        '<p><img src="https://harbour.example/pixel.gif" alt="" width="1" height="1">'
        '<a href="https://harbour.example/programme">The whole programme</a></p>',
        seen=False,
    ),
    SampleMessage(
        "INBOX",
        22,
        _PRINTERS,
        "Ihre Rechnung Nr. 2204",
        "Guten Tag,\n\nanbei die Rechnung für die Visitenkarten.\n\nMit freundlichen Grüßen\nNordlicht Druck",
        attachment="Rechnung-2204.pdf",
    ),
    SampleMessage(
        "INBOX", 26, _TOM, "Re: Holiday plan", "Fine with me. I take the week after Easter.\n\n> Who is away in April?"
    ),
    SampleMessage(
        "INBOX",
        47,
        _MILA,
        "Figures for October",
        "Here are the figures. The dip in the second week is the trade fair.",
        attachment="october.csv",
    ),
    SampleMessage(
        "INBOX",
        51,
        "Zoë Müller <zoe@practice.test>",
        "Grüße aus Köln 🌧️",
        "Es regnet, aber der Kaffee ist gut. Bis Montag!",
    ),
    SampleMessage(
        "INBOX",
        73,
        "Mail Delivery <mailer-daemon@practice.test>",
        "Undelivered mail: Invitation",
        "Your message to old.address@harbour.example could not be delivered: user unknown.",
    ),
    SampleMessage(
        "INBOX",
        80,
        "田中さくら <sakura@sample.example>",
        "お問い合わせの件",
        "お世話になっております。資料をお送りいただけますか。",
    ),
    SampleMessage(
        "INBOX",
        98,
        _HOSTING,
        "Maintenance on Saturday night",
        "Your server restarts on Saturday between two and three.",
    ),
    SampleMessage(
        "INBOX", 120, _MILA, "The meeting room has a plant now", "It is called Gerald. Please water it on Mondays."
    ),
    SampleMessage(
        "INBOX",
        150,
        _TOM,
        "Minutes of Monday's meeting",
        "1. New keys for everybody.\n2. The website goes live in May.\n3. Cake on birthdays stays mandatory.",
    ),
    SampleMessage("Archive", 400, _TOM, "The keys have arrived", "You can fetch yours at the front desk."),
    SampleMessage(
        "Archive", 720, _MILA, "Welcome to the team", "We are glad you are here. Your desk is the one by the window."
    ),
    SampleMessage(
        "Archive",
        900,
        _NEWS,
        "Winter programme",
        "Skating from December on.",
        html="<p>Skating from <i>December</i> on.</p>",
    ),
    SampleMessage("Archive", 1300, _MILA, "Photos of the summer party", "The one with the umbrella is my favourite."),
    SampleMessage("Archive", 2100, _TOM, "Bike rack", "It is bolted to the wall now. Code 1-2-3, please change it."),
    SampleMessage("Invoices", 700, _HOSTING, "Invoice CB-1009", "September: 12.00 EUR.", attachment="CB-1009.pdf"),
    SampleMessage("Invoices", 1420, _HOSTING, "Invoice CB-1002", "August: 12.00 EUR.", attachment="CB-1002.pdf"),
    SampleMessage(
        "Invoices",
        1500,
        _PRINTERS,
        "Ihre Rechnung Nr. 2117",
        "Anbei die Rechnung für die Plakate.",
        attachment="Rechnung-2117.pdf",
    ),
    SampleMessage("Sent", 4, _YOU, "Re: Lunch on Thursday?", "Gladly. I book a table.\n\n> Half past twelve?"),
    SampleMessage("Sent", 30, _YOU, "Holiday plan", "Who is away in April?"),
    SampleMessage("Sent", 200, _YOU, "Offer for the website", "As discussed, here is what we would do in May."),
    SampleMessage(
        "Trash",
        60,
        "Prize Office <win@prizes.example>",
        "You have won a boat",
        "Only the harbour fee is to be paid in advance.",
    ),
    SampleMessage("Entwürfe", 20, _YOU, "Rede zum Jubiläum", "Liebe Kolleginnen und Kollegen,\n\nvor zehn Jahren"),
)
