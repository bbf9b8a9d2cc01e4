"""Sentences for people, in Discord and in a terminal alike, each said once.

Words of features and their ends are a table in `services.domain.vocabulary`, since charts are drawn with
them in worker processes; traits, reasons and awards are still worded where they are found.
"""
