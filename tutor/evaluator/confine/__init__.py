"""What keeps a learner's code from the learner's own machine.

``policy`` puts the layers on a freshly forked child, in an order that matters; ``landlock``,
``seccomp`` and ``limits`` are one layer each; ``doctor`` asks the finished sandbox, from inside,
what it still lets through. Everything is ctypes on documented system calls: no package, no helper
program, no privilege.

Nothing here knows torch, exercises or verdicts. The zygote calls ``prepare`` once and ``confine``
in each child.
"""
