"""What sending loads, loaded once by the process that all doomed ones are forked from."""

import importlib

import apprise

from breakwater.notify.channels.registry import CHANNELS

for name in CHANNELS:
    importlib.import_module(f"breakwater.notify.channels.{name}.send")
apprise.Apprise().add("jsons://localhost")
