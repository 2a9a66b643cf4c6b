"""Vyte scheduling for Django: meetings in your own database, admin and pages."""

__version__ = "0.1.0"
