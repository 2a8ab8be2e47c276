"""The rules, as values in and values out: no I/O, no framework, `now` is an argument."""
