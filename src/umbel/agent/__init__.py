"""Tells Umbel what a worker's or beat's own events do not. One line in the application: ``watch(app)``.

It never slows, fails or blocks a task: every hook is guarded, every queue bounded, and what could not be told is
counted. It needs Celery and the standard library; psutil helps where there is no ``/proc``.
"""

from umbel.agent.watch import watch

__all__ = ["watch"]
