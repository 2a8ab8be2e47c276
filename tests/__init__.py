"""Tests: a mirror of `app/` and `connectors/`.

What is set here is set before the test processes of a run load numpy, and goes on to every process that a test starts.
"""

import os

for name in ("http_proxy", "https_proxy", "all_proxy"):
    for spelling in (name, name.upper()):
        os.environ.pop(spelling, None)  # no test leaves this machine, and a proxy elsewhere does not find the way back to it
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait for one another in a loop, five times as long as they compute
