"""What a course is: structs, and the way from YAML text to them.

Belongs here: models, reading, and the proofs of ``tutor validate``. Does not belong here: screens,
progress, or anything that runs a learner's code by itself (``validate`` is handed an evaluator).
"""
