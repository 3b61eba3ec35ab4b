"""Acts on messages: flags, copies, moves, deletion, undo; each batch in a book before and after. Knows no page.

`wishes` (what a person wants), `ways` (what it comes to at this server), `acting` (plan, perform, go on), `carrying`
(batch by batch), `ledger`, `claims`, `records` (the book), `undoing`, `history`.
"""
