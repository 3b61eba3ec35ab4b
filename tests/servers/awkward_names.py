"""Sixty mailbox names that people and programs have made, and that break what was never tried with them."""

AWKWARD_NAMES: tuple[str, ...] = (
    # Blanks and case.
    "Sent Items", " before", "after ", "  ", "two  blanks", "no\u00a0break", "INBOX copy", "Inbox.old",
    # What IMAP gives a meaning to: quotes, backslashes, wildcards, lists, literals, modified UTF-7.
    'He said "hi"', '"', "\\", "back\\slash", "ends with \\", "100%", "50% off *", "*", "(list)", "[code]", "{5}",
    "&", "Q&A", "&-", "&amp;", "&AOQ-", "~", "~ann", "NIL", "#news", "plus+minus-",
    # What shells, pages and file systems give a meaning to.
    "<script>alert(1)</script>", "'; DROP TABLE mailbox; --", "{{ 7*7 }}", "$HOME", "`id`", "a.b.c", "...", "-rf",
    # Below each other, and long.
    "Projects/2024/Q1", "a/b/c/d/e/f/g/h", "x" * 200,
    # Other scripts, other directions, and more than sixteen bits.
    "Entwürfe", "Éléments envoyés", "Отправленные", "已发送邮件", "受信トレイ", "보낸편지함", "المرسل",
    "נשלח INBOX דואר", "📮 Post 🎉", "👩‍👩‍👧‍👦", "e\u0301 is not é", "\u202ethgir ot tfel\u202c",
    "zero\u200bwidth", "\ufeffmark",
    # Control characters, which modified UTF-7 can carry.
    "line\u2028break", "tab\there", "bell\x07", "delete\x7f", "next\u0085line", "new\nline",
)  # fmt: skip
