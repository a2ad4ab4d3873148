"""A learner's code in, a verdict out.

The app holds ``client``; everything else here runs in processes of its own. torch and numpy are
imported only in the child side (zygote, learner, judge, observe, compare, diagnose, facts).
"""
