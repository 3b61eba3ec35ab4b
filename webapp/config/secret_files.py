"""Settings from files: `<PREFIX><NAME>_FILE` names a file that holds a setting. Knows no setting in particular."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource


@dataclass(frozen=True)
class Unread:
    """Stands for a setting whose file could not be read, so that this is said beside every other fault."""

    why: str


class FileSource(PydanticBaseSettingsSource):
    """Takes each setting from the file that the environment names for it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Read one setting; nothing where no file is named."""
        variable = f"{self.config['env_prefix']}{field_name}_FILE".upper()
        if not (path := os.environ.get(variable)):
            return None, field_name, False
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            return Unread(f"the file of {variable} cannot be read ({type(error).__name__})"), field_name, False
        # A secret that was not put into its file must not become one that is made up.
        return text or Unread(f"the file of {variable} is empty"), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Read every setting for which a file is named."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}
