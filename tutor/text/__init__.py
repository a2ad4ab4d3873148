"""Words and maths for a terminal.

Belongs here: the catalogue of the app's own sentences, and turning Markdown and LaTeX into
terminal text. Does not belong here: what a lesson says (that is content) and widgets.
"""
