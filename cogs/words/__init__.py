"""Sentences for people, in Discord and in a terminal alike, each said once.

Words of features and their ends are a table in `services.domain.vocabulary`, and names of groups and why a
track stands out are said in `services.domain.group_words`, since worker processes draw and write files with
them. What stands on a picture is drawn, described and read out in `services.charts`.
"""
