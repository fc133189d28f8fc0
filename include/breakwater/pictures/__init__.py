"""Pictures: an abnormal number among its days, and where the change comes from.

Digests and alerts show the same ones. Drawn with matplotlib's objects, never with its global state,
so that any process and thread gives the same bytes. White and opaque, because a mail client may
show it on a dark page.
"""
