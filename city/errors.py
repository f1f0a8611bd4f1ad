"""What can go wrong with the synthetic city, in one sentence with its remedy."""


class CityError(Exception):
    """The city cannot be made, changed or dropped; the message names the place and what to do."""
