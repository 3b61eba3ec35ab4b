"""What mailboxes are for (RFC 6154), and the names that tell it where a server does not."""

from collections.abc import Mapping

USES = ("inbox", "drafts", "sent", "archive", "all", "flagged", "junk", "trash")
"""In the order in which they are listed."""

ATTRIBUTES: Mapping[str, str] = {
    "\\drafts": "drafts",
    "\\sent": "sent",
    "\\archive": "archive",
    "\\all": "all",
    "\\allmail": "all",  # XLIST
    "\\flagged": "flagged",
    "\\starred": "flagged",  # XLIST
    "\\junk": "junk",
    "\\spam": "junk",  # XLIST
    "\\trash": "trash",
}

# As mail programs and providers name them: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish,
# Swedish, Danish, Finnish, Czech, Russian, Ukrainian, Turkish, Chinese, Japanese, Korean.
_NAMES: Mapping[str, str] = {
    "drafts": "drafts; draft; entwürfe; brouillons; borradores; bozze; rascunhos; concepten; kopie robocze; szkice; "
    "utkast; kladder; luonnokset; koncepty; черновики; чернетки; taslaklar; 草稿; 草稿箱; 下書き; 임시보관함",
    "sent": "sent; sent items; sent messages; sent mail; gesendet; gesendete elemente; gesendete objekte; envoyés; "
    "messages envoyés; éléments envoyés; enviados; elementos enviados; inviata; posta inviata; itens enviados; "
    "verzonden; verzonden items; wysłane; elementy wysłane; skickat; skickade objekt; sendt; sendt post; lähetetyt; "
    "odeslaná pošta; odeslané; отправленные; надіслані; gönderilmiş öğeler; gönderilenler; 已发送; 已发送邮件; "
    "寄件備份; 送信済み; 送信済みアイテム; 送信済みメール; 보낸편지함",
    "trash": "trash; deleted; deleted items; deleted messages; bin; papierkorb; gelöscht; gelöschte elemente; "
    "corbeille; éléments supprimés; papelera; elementos eliminados; cestino; posta eliminata; lixeira; lixo; "
    "itens excluídos; prullenbak; verwijderde items; kosz; elementy usunięte; papperskorgen; borttaget; slettet post; "
    "papirkurv; roskakori; koš; odstraněná pošta; корзина; удаленные; удалённые; кошик; çöp kutusu; 已删除; "
    "已删除邮件; 垃圾桶; ゴミ箱; 削除済みアイテム; 휴지통; 지운편지함",
    "junk": "junk; spam; junk e-mail; junk email; junk mail; bulk mail; spamverdacht; junk-e-mail; werbung; "
    "indésirables; courrier indésirable; correo no deseado; posta indesiderata; lixo eletrônico; "
    "lixo eletrónico; ongewenste e-mail; wiadomości-śmieci; niechciane; skräppost; uønsket mail; "
    "uønsket post; roskaposti; nevyžádaná pošta; спам; "
    "нежелательная почта; önemsiz; 垃圾邮件; 垃圾郵件; 迷惑メール; 스팸함",
    "archive": "archive; archives; archiv; archivo; archivio; arquivo; archief; archiwum; arkiv; arkisto; архив; "
    "архів; arşiv; 归档; アーカイブ; 보관함",
    "flagged": "flagged; starred; markiert; suivis; destacados",
    "all": "all mail; alle nachrichten; tous les messages; todos",
}
_USE_OF = {name.strip(): use for use, names in _NAMES.items() for name in names.split(";")}

# Where servers keep what belongs to the account: beside INBOX, below it, or below a root of the provider's own.
_ROOTS = ("INBOX", "[GMAIL]", "[GOOGLE MAIL]")


def guess_special_use(name: str, delimiter: str | None) -> str:
    """Tell the use of a mailbox by its well-known name, at the top or directly below INBOX; "" where none is known."""
    root, found, last = name.partition(delimiter) if delimiter else (name, "", "")
    leaf = last if found and root.upper() in _ROOTS else name
    return _USE_OF.get(leaf.casefold(), "")
