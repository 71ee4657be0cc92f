"""Thin triggers, one blueprint a family. A trigger hands over plain values and makes no decision."""
