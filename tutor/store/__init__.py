"""What a learner did: an append-only log of events, and what follows from it.

Here belongs everything that touches the progress file. Here does not belong what the events
*mean* for learning: that is ``tutor.study``, whose folds are handed in (see ``rows.Fold``).
"""
