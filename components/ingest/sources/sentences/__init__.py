"""Sentences composed by convoy itself, of which a grammar knows what they mean."""
