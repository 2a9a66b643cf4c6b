"""Asks Vyte what is true now and hands the answers to the mirror: one event, a whole team, or part of it on patrol."""
