"""Tests: a mirror of `app/` and `connectors/`.

What is set here is set before the test processes of a run load numpy, and goes on to every process that a test starts.
"""

import os

OF_TESTS = ("OTKLIK_TEST_DATABASE_URL", "OTKLIK_REFERENCE_DIR")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")

for name in [*os.environ]:
    # A real installation of whoever runs the tests is none of theirs; and as no test leaves this machine, none needs a proxy.
    if (name.startswith("OTKLIK_") and name not in OF_TESTS) or name.lower() in PROXIES:
        del os.environ[name]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait for one another in a loop, five times as long as they compute
