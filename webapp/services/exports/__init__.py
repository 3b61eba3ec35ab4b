"""Takes mail out of a mailbox into files, for what a scheduler runs: nothing twice, nothing half, nothing lost.

Knows no page and no request; what a person or a program is told goes through `telling`, how it ends through `exits`.
"""
