"""What management commands of every app share."""
