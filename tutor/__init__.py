"""A terminal tutor for probability, statistics and PyTorch.

The rooms: ``content`` (what a course is), ``evaluator`` (a learner's code in, a verdict out),
``study`` (what to ask next, without input or output), ``store`` (the event log), ``text`` (words
and maths for a terminal), ``tui`` (screens). Only ``cli`` and ``tui`` wire rooms together.
"""

__version__ = "0.1.0"
