"""The parts of bench/overhead-report; one idea each."""
