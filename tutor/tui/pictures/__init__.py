"""Structs -> what is drawn of them: bars, strips, trees, plots. Pure: no widget, no app."""
