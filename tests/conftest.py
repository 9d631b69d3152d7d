"""Settings of the whole suite."""

import os

from hypothesis import HealthCheck, settings

# No deadlines: these machines are shared, and speed is measured by benchmarks/speed. CI repeats the same examples.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
