"""The sandbox bank's settings in a run whose clocks are ahead of the machine's."""

from django.utils import timezone

from benchmarks.ahead import clock_of_this_run
from config import bank

globals().update({name: value for name, value in vars(bank).items() if name.isupper()})
if clock := clock_of_this_run():
    timezone.now = clock
