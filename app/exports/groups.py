"""What went wrong in a group of tasks, as the error that it was."""


def first_of(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first of the errors, out of whatever groups it came in."""
    error = failed.exceptions[0]
    return first_of(error) if isinstance(error, BaseExceptionGroup) else error
