"""The parts that `publisher/deliver.py` joins: an edition's copies, the outbox in the store, what comes back."""
