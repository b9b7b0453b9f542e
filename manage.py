#!/usr/bin/env python
"""Command line entrance of Campaign Intelligence."""

import os
import sys

from django.core.management import execute_from_command_line

from config.demo.environment import prepare, recall, wanted


def main() -> None:
    """The demo lays its own environment before the settings are read; every other command takes what is there."""
    if wanted(sys.argv):
        prepare(os.environ)
    else:
        recall(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
