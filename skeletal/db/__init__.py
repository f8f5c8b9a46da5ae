"""How we speak to PostgreSQL: connections, ids, pages, triggers, transactions."""
