"""A Django project with nothing but django-celery-beat, in the SQLite file that ``UMBEL_TEST_DATABASE`` names."""

import os

SECRET_KEY = "tests only"
INSTALLED_APPS = ["django_celery_beat"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["UMBEL_TEST_DATABASE"]}}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
