"""What newsroom systems export: NITF, NewsML-G2, ninjs and Founder e-paper pages.

Each format's module takes the file apart and hands the parts of each story to `telling`, which
makes stories and pages of them; so a headline, a picture or a date comes out alike from all four.
"""
