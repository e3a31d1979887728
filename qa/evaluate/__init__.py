"""How good retrieval and answers are, in the field's own measures."""
