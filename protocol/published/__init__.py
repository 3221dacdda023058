"""What is published about the protocol: JSON Schemas, AsyncAPI, the document, the page.

Law: pure; everything is made from the message types, the channels and the clauses, so that it can
not say anything else than the program does. Writing it to files is `station protocol`.
"""
