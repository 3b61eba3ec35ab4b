"""Handing a problem to whoever can mend it: a link that needs no account, and turns green when it is mended."""
