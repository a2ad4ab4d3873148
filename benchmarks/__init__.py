"""Timings, side by side in one run. They report; they never fail on a slow day."""
