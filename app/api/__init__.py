"""The REST API: HTTP in, HTTP out, one router per noun; what is allowed is decided below."""
