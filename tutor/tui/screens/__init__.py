"""One module a screen, with its ``.tcss`` beside it; each is imported when it is first opened."""
