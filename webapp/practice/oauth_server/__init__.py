"""The practice provider: a Google-like and a Microsoft-like authorization server. Knows neither portal nor mail server.

Loopback only. Everybody may be anybody here: who signs in picks a person from a list, and no password is asked for.
`running.Authority` starts one; what the portal has to know of it (`providers`, `addresses`) imports no server.
"""
