"""The parts of bench/gate; one idea each."""
