"""The publication whose mail the benches of delivery send."""

SECRET = "a secret of thirty-two octets ok"
# Ends inside `[delivery]`: each bench adds how its mail leaves.
PAPER = """
title = "The River Post"
language = "en"
base_url = "https://riverpost.example/"
authority = "riverpost.example,2026"

[sender]
name = "The River Post"
address = "news@riverpost.example"
postal_address = "1 Quay Street"

[delivery]
bounce_address = "bounces@riverpost.example"
"""
