"""The HTTP API: doors like the pages. Views read the request, call a selector or service, and shape the answer."""
