"""The readable fields of each kind of object, one kind a file."""
