"""Staff notices (到发通告): posts are told of trains and sign for what they were told."""
