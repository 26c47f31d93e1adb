"""Write the JSON Schema of every record of ours into schemas/json/; a test compares."""

import json
from pathlib import Path

from schemas.codec import SCHEMAS, Schema, json_schema

FOLDER = Path(__file__).parents[1] / "schemas" / "json"


def path_of(schema: Schema) -> Path:
    """Return the file of one schema."""
    return FOLDER / f"{schema.name}.v{schema.version}.json"


def written(schema: Schema) -> str:
    """Return the text of one schema's file."""
    return json.dumps(json_schema(schema), indent=2) + "\n"


if __name__ == "__main__":
    for each in SCHEMAS:
        path_of(each).write_text(written(each), encoding="utf-8")
