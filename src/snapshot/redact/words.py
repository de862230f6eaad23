#!/usr/bin/env python3
"""Writes words.txt: what AWS itself writes into answers, which says nothing of whose network it is. Taken from botocore's
service models (Apache-2.0, see src/collect/NOTICE).

    pip install botocore && python3 src/snapshot/redact/words.py

A line `Member word word …` for each member whose values AWS lists, over all answers of src/collect/calls.toml; a line `names`
with what services are called in names of endpoints; a line `maps` with members whose keys somebody made up."""

import pathlib
import tomllib

import botocore.session
from botocore.loaders import Loader

HERE = pathlib.Path(__file__).parent
LOADER = Loader()
words, maps = {}, set()


def visit(model, reference, name, seen):
    shape = model["shapes"][reference]
    if "enum" in shape and name:
        words.setdefault(name, set()).update(it for it in shape["enum"] if " " not in it)
    if (reference, name) in seen:
        return
    seen.add((reference, name))
    if shape["type"] == "structure":
        for member, inner in shape.get("members", {}).items():
            visit(model, inner["shape"], member, seen)
    elif shape["type"] == "list":
        visit(model, shape["member"]["shape"], name, seen)
    elif shape["type"] == "map":
        if "enum" not in model["shapes"][shape["key"]["shape"]]:
            maps.add(name)
        visit(model, shape["value"]["shape"], name, seen)


def main():
    for entry in tomllib.loads((HERE / "../../collect/calls.toml").read_text())["service"]:
        model = LOADER.load_service_model(entry["name"], "service-2")
        for call in entry["calls"]:
            visit(model, model["operations"][call["operation"]]["output"]["shape"], "", set())
    names = set()
    for service in botocore.session.Session().get_available_services():
        metadata = LOADER.load_service_model(service, "service-2")["metadata"]
        names.update([service, *metadata["endpointPrefix"].split(".")])
    lines = [f"{name} {' '.join(sorted(values))}" for name, values in sorted(words.items()) if len(values) < 100]
    lines += [f"names {' '.join(sorted(names))}", f"maps {' '.join(sorted(it for it in maps if it))}"]
    (HERE / "words.txt").write_text("\n".join(lines) + "\n")


main()
