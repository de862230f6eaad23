#!/usr/bin/env python3
"""Writes shapes.json: what netpath has to know of AWS's services to ask each call of calls.toml and to print its answer as
the aws-cli prints it. Taken from botocore's service models (Apache-2.0, see NOTICE in this folder).

    pip install botocore && python3 src/collect/shapes.py

Of a service: its protocol and names. Of an operation: how it is written into a request (`in`, where each argument that is
used goes), its pages (`token` goes in, `next` came out, `more` says whether there is one, `limit` is the argument for a
page's size and the most that it takes, `lists` are what pages add to, `rest` what stands beside them), the shape of its
answer, and the member that the whole body is, where it is one (`payload`). Of a structure: each member's name in the answer, its name on the wire, its type, in the order that the aws-cli prints
them in; the name alone where nothing else needs to be said. A type is `s`, `b`, `i`, `f`, `[ITEM]TYPE` for a list whose items are elements of
that name, `*TYPE` for one without an element of its own, `{KEY,VALUE,ENTRY}TYPE` for a map, or the name of a structure."""

import json
import pathlib
import tomllib

import botocore
from botocore.loaders import Loader

HERE = pathlib.Path(__file__).parent
LOADER = Loader()
SCALARS = {"string": "s", "timestamp": "s", "blob": "s", "character": "s", "boolean": "b", "integer": "i", "long": "i",
           "float": "f", "double": "f"}
TOKENS = [("NextToken", "NextToken"), ("nextToken", "nextToken"), ("Marker", "NextMarker"), ("Marker", "Marker")]
LIMITS = ["MaxResults", "maxResults", "MaxRecords", "PageSize", "MaxItems"]


class Service:
    def __init__(self, name):
        self.model = LOADER.load_service_model(name, "service-2")
        try:
            self.pages = LOADER.load_service_model(name, "paginators-1")["pagination"]
        except Exception:
            self.pages = {}
        data = self.model["metadata"]
        # JSON is spoken by all that prefer CBOR nowadays.
        protocol = data["protocol"]
        self.protocol = "json" if "cbor" in protocol else protocol
        self.is_xml = self.protocol in ("ec2", "query", "rest-xml")
        self.shapes = {}
        self.table = {
            "protocol": self.protocol, "version": data["apiVersion"], "endpoint": data["endpointPrefix"],
            "signing": data.get("signingName", data["endpointPrefix"]), "operations": {}, "shapes": self.shapes}
        if self.protocol == "json":
            self.table["target"] = data["targetPrefix"]
            self.table["json"] = data.get("jsonVersion", "1.1")

    def shape(self, name):
        return self.model["shapes"][name]

    def list_type(self, shape, reference):
        member = shape["member"]
        inner = self.type(member)
        if not self.is_xml:
            return f"[]{inner}" if inner else ""
        if shape.get("flattened") or reference.get("flattened"):
            return f"*{inner}"
        default = "item" if self.protocol == "ec2" else "member"
        return f"[{member.get('locationName', default)}]{inner}"

    def type(self, reference):
        name = reference["shape"]
        shape = self.shape(name)
        kind = shape["type"]
        if kind == "structure":
            return self.structure(name)
        if kind == "list":
            return self.list_type(shape, reference)
        if kind == "map":
            inner = self.type(shape["value"])
            if not self.is_xml:
                return f"{{}}{inner}" if inner else ""
            key = shape["key"].get("locationName", "key")
            value = shape["value"].get("locationName", "value")
            return f"{{{key},{value},entry}}{inner}"
        return SCALARS[kind] if self.is_xml else ""

    def wire_name(self, name, reference):
        target = self.shape(reference["shape"])
        flat = target.get("flattened") or reference.get("flattened")
        if self.is_xml and target["type"] == "list" and flat:
            return reference.get("locationName") or target["member"].get("locationName", name)
        return reference.get("locationName", name)

    def structure(self, name):
        """The name of a structure in the table."""
        if name in self.shapes:
            return name
        self.shapes[name] = rows = []
        for member, reference in self.shape(name).get("members", {}).items():
            if reference.get("location") in ("header", "headers", "statusCode"):
                continue
            wire, kind = self.wire_name(member, reference), self.type(reference)
            rows.append([member, wire, kind] if self.is_xml or kind or wire != member else member)
        return name

    def argument(self, operation, name):
        """Where an argument goes (`uri`, `querystring` or nothing, for the body), its name there, the name of list items."""
        reference = self.shape(operation["input"]["shape"])["members"][name]
        row = [reference.get("location", ""), reference.get("locationName", name)]
        target = self.shape(reference["shape"])
        if target["type"] == "list" and self.protocol == "query":
            row.append("" if target.get("flattened") else target["member"].get("locationName", "member"))
        if self.protocol == "ec2":
            row[1] = row[1][0].upper() + row[1][1:]
        return row

    def paging(self, operation, name, call):
        inputs = self.shape(operation["input"]["shape"]).get("members", {}) if "input" in operation else {}
        output = self.shape(operation["output"]["shape"])
        page = self.pages.get(name)
        listed = lambda value: value if isinstance(value, list) else [value]
        paging = {}
        if page:
            paging = {"token": listed(page["input_token"]), "next": listed(page["output_token"]),
                      "lists": listed(page["result_key"]), "rest": page.get("non_aggregate_keys", [])}
            if "more_results" in page:
                paging["more"] = page["more_results"]
        elif name == "ListVpcOrigins":
            paging = {"token": ["Marker"], "next": ["VpcOriginList.NextMarker"], "lists": ["VpcOriginList.Items"]}
        else:
            for token, following in TOKENS:
                if token in inputs and following in output["members"]:
                    lists = [key for key, it in output["members"].items() if self.shape(it["shape"])["type"] == "list"]
                    paging = {"token": [token], "next": [following], "lists": lists}
                    break
        limit = (page or {}).get("limit_key") or next((it for it in LIMITS if it in inputs), None)
        if paging and limit:
            most = call.get("limit", self.shape(inputs[limit]["shape"]).get("max"))
            if most and most < 100000:
                paging["limit"] = [limit, most]
        return paging

    def add(self, name, calls):
        operation = self.model["operations"][name]
        row = {"method": operation["http"]["method"], "uri": operation["http"]["requestUri"]}
        output = operation["output"]
        if "resultWrapper" in output:
            row["wrapper"] = output["resultWrapper"]
        row["out"] = self.structure(output["shape"])
        if "payload" in self.shape(output["shape"]):
            row["payload"] = self.shape(output["shape"])["payload"]
        paging = self.paging(operation, name, calls[0])
        row.update(paging)
        used = list(paging.get("token", [])) + paging.get("limit", [])[:1]
        for call in calls:
            used += [call["as"]] if "as" in call else []
            used += list(call.get("with", {})) + list(call.get("fill", {})) + call.get("inherit", [])
        if used:
            row["in"] = {it: self.argument(operation, it) for it in dict.fromkeys(used)}
        self.table["operations"][name] = row


def main():
    services = {}
    for entry in tomllib.loads((HERE / "calls.toml").read_text())["service"]:
        service = services.setdefault(entry["name"], Service(entry["name"]))
        operations = {}
        for call in entry["calls"]:
            operations.setdefault(call["operation"], []).append(call)
        for name, calls in operations.items():
            service.add(name, calls)
    lines = []
    compact = lambda value: json.dumps(value, separators=(",", ":"))
    for name, service in services.items():
        table = service.table
        parts = [f"{compact(key)}:{compact(value)}" for key, value in table.items() if key not in ("operations", "shapes")]
        for key in ("operations", "shapes"):
            rows = ",\n".join(f"{compact(row)}:{compact(value)}" for row, value in table[key].items())
            parts.append(f'"{key}":{{\n{rows}}}' if rows else f'"{key}":{{}}')
        lines.append(f"{compact(name)}:{{" + ",\n".join(parts) + "}")
    head = f'{{"botocore":{json.dumps(botocore.__version__)},\n"services":{{\n'
    (HERE / "shapes.json").write_text(head + ",\n".join(lines) + "}}\n")


main()
