"""Returns to the local authority: found due, proposed, decided by people, and drafted."""
