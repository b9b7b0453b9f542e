"""Tells people things. Owns messages and their delivery; never knows what a message is about.

May import: none of our apps.
"""
