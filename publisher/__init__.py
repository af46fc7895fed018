"""Publisher: an edition file in; feeds, a web archive and email that is delivered as promised out."""

__version__ = "0.1.0"
