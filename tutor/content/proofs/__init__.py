"""The proofs of ``tutor validate``: content that is not proved does not ship.

Belongs here: one module a proof, and what they share (``bench``). ``course`` runs them all. Does
not belong here: an evaluator or a grader of answers; both are handed in.
"""
