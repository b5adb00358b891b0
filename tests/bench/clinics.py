"""2,000 further clinics, put in by the hundred: the product's own verbs would take too long."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
