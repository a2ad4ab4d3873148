"""The drill as lines of text. No Textual here: what is on the screen is in ``tutor.tui``."""
