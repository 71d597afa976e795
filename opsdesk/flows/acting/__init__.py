"""What the desk can do by itself: a closed list of actions, each a function here.

A plan names an action and gives it values. What a value means (an address, a path, the
words of a command) stands in config.yaml or nowhere; nothing of a plan reaches a shell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from opsdesk.core.settings import Settings
from opsdesk.flows.acting import asking, restoring, switching
from opsdesk.flows.acting.answer import Answer, Order, Unfit
from runbooks.plan import Action

__all__ = ["Answer", "Order", "carry_out"]

_BY_NAME: dict[Action, Callable[[Order], Answer]] = {
    Action.SSH_CHECK: asking.ssh_check,
    Action.SERVICE_STATUS: asking.service_status,
    Action.TCP_CHECK: asking.tcp_check,
    Action.HTTP_CHECK: asking.http_check,
    Action.RESTORE_RUN: restoring.run,
    Action.RESTORE_VERIFY: restoring.verify,
    Action.SWITCH: switching.switch,
}


def carry_out(
    settings: Settings,
    action: Action,
    arguments: Mapping[str, str],
    *,
    limit: timedelta,
) -> Answer:
    """Do one thing within a limit, and say what came of it.

    What the world does is in the answer; only a mistake of ours is raised.
    """
    try:
        return _BY_NAME[action](Order(settings, dict(arguments), limit))
    except Unfit as unfit:
        return Answer(done=False, words=unfit.words, figures={"outcome": unfit.code})
