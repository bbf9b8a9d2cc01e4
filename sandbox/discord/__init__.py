"""A loopback Discord: REST, gateway and files over real sockets, as far as the bot uses them.

It outlives the bot, so a killed bot meets the same messages and tokens again. Faults are injected
by the test that drives it; nothing about them is known to the bot.
"""

from sandbox.discord.server import LoopbackDiscord
from sandbox.discord.state import Fault, Message, Request, State

__all__ = ["Fault", "LoopbackDiscord", "Message", "Request", "State"]
