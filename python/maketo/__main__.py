"""``python -m maketo``."""

import sys

from .cli import main

sys.exit(main())
