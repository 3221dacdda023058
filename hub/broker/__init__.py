"""The broker: who may do what, its configuration, and the embedded one kept running.

Law: permissions are a pure model made from the protocol's rules; each broker's configuration is a
pure function of that model. Only `service` starts anything, only `credentials` touches secrets.
"""
