"""Composition root: settings, URLs, the schedule, and the commands that run everything.

Owns: environment, wiring, system checks that span apps. May import: every app. No app imports it.
"""
