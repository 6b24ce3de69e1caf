"""The one way in which the bank says no."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as the wire shows it: status, code and the field that caused it."""

    status: HTTPStatus
    code: str
    message: str
    param: str | None = None

    def body(self) -> dict[str, object]:
        return {"error": {"code": self.code, "message": self.message, "param": self.param}}


class Refused(Exception):
    """The bank will not do this, and nothing has changed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def bad_request(code: str, message: str, param: str | None = None) -> Refused:
    return Refused(Problem(HTTPStatus.BAD_REQUEST, code, message, param))


def conflict(code: str, message: str, param: str | None = None) -> Refused:
    return Refused(Problem(HTTPStatus.CONFLICT, code, message, param))


def not_found(message: str) -> Refused:
    return Refused(Problem(HTTPStatus.NOT_FOUND, "not_found", message))
