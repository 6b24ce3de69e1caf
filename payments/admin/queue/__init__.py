"""One page with everything that needs a person, most urgent first."""

from payments.admin.queue.page import may_see_queue, queue_page

__all__ = ["may_see_queue", "queue_page"]
