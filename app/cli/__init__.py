"""The `otklik` command: one file per noun, as in the other layers."""
