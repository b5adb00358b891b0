"""The long tests on a real server: killed, full, crowded. Each is `python -m tests.endurance.<name>` and prints JSON."""
