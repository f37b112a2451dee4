"""What the operator's chat hears about the bot itself, decided from what is stored; pure."""

from bot.operator.news import News, followed, may_tell, news, sent
from bot.operator.seeing import blind, failing
from bot.operator.wording import message

__all__ = ["News", "blind", "failing", "followed", "may_tell", "message", "news", "sent"]
