"""Fetches from Vyte and hands the results to the mirror: one event, a whole team, or part of a team on patrol."""
