"""Tests: a mirror of `app/` and `connectors/`.

What is set here is set before the test processes of a run load numpy, and goes on to every process that a test starts.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait for one another in a loop, five times as long as they compute
