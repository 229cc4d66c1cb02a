"""The one exception for a user's mistake."""


class InputError(ValueError):
    """Input that the user can fix: the message names the file, the value, what was expected and the remedy.

    Scripts and the command line show the message alone, without a traceback.
    """
