"""The database: what the kernel knew, decided and has still to say, in one transaction a step."""
