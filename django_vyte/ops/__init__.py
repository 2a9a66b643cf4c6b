"""What an operator runs: the sweep, retention, the doctor, the probe."""
