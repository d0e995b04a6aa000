"""Why an extract could not be finished. No message holds a token or a value of a record."""


class ExtractError(Exception):
    """An extract stopped; the message says why and what to do.

    What was read stays in the journal: the same command goes on where it stopped.
    """


class TokenError(ExtractError):
    """The token is missing or refused: no other repository could be read with it either."""


class ServiceUnavailable(ExtractError):
    """The service gave no whole answer, however often it was asked; it may later."""
