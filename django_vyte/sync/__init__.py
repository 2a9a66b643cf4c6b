"""Asks Vyte what is true now and hands it to the mirror."""
