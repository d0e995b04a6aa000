"""Organisations that hypothesis makes up, side by side in one landing folder.

One build for each would take half a minute. They share nothing, so one build holds them all, and
what is said of each can be compared by itself. Every name of an organisation holds `@@`, and every
commit `##`: `side_by_side` puts its number there.
"""
