"""What a learner meets in the terminal: the app, its screens and its widgets.

The only room that imports Textual. Screens wire the other rooms together; widgets render structs
and report what the person did; state lives in ``tutor.study`` and ``tutor.store``.
"""
