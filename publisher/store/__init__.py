"""Subscribers, suppressions, mailings and their deliveries: the only SQL in the house.

`database.py` opens SQLite or PostgreSQL, `tables.py` is the schema, and every other module asks one
subject's questions, one function each, on the caller's connection:

    store = database.open_store("publisher.db")
    with store.writing() as connection:
        subscribers.add(connection, ...)

How a mailing keeps its promise is told in `outbox.py`.
"""
