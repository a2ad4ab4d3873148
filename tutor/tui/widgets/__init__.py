"""Widgets: each renders a struct and posts what the person did; none decides anything."""
