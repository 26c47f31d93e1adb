"""The log: Kafka or SQLite, behind the ports of ports.py."""
