"""Prepared email + addresses -> SMTP -> outcomes, and what comes back: bounces and complaints.

Read in this order: `replies` (what a server's answer means), `smtp` (one connection), `pool` (many),
`compose` and `dkim` (one recipient's message), `bounces`. Nothing here knows SQL, or who drives it.
"""
