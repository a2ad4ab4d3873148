"""Learning, without input or output: what is true of an answer, and what to ask next.

Belongs here: grading of typed answers, the schedule of reviews, the session, mastery; all of it
pure, with the clock and the random source handed in. Does not belong here: files, screens, code
that is run (the evaluator grades code).
"""
