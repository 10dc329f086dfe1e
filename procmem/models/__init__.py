"""Models behind one door: ``Model.complete``. litellm, torch and sentence-transformers are imported only here."""
