from . import controllers, models
from .hooks import create_plain_tables
