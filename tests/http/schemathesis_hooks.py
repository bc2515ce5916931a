"""
What no document can say of the requests that schemathesis makes of it. Its checks are as they come; of what the check
`positive_data_acceptance` finds, what is listed here is dropped, and nothing else.
"""

import json
import re

import schemathesis


def operation_of(case):
    return case.operation.definition.raw["operationId"]


def picks(case):
    """Whether `props` picks from what is given; and so perhaps nothing."""
    return '"props"' in json.dumps(case.body, default=str)


def is_empty(name):
    return lambda case: (case.query or {}).get(name) == []


def always(case):
    return True


# Operations, the code, what is at fault, of which requests, and why a schema cannot say it.
BEYOND_SCHEMAS = [
    ("encrypt update-encrypted encrypt-blob", "PV1012", r"expiration_secs|tags", always, "the type `deterministic`, elsewhere in the request, excludes it"),
    ("tokenize update-tokens encrypt", "PV1012", r"requestBody(\[\d+\])?\.tags", always, "how many there may be is a setting, and one that comes twice counts once"),
    ("tokenize update-tokens", "PV1012", r"requestBody(\[\d+\])?\.ensure_unique_tenant_tags", always, "they are to be among `tags`"),
    ("tokenize encrypt hash-objects", "PV1012", r"requestBody\[\d+\]\.object\.request_index", always, "it is the place of another request"),
    ("tokenize encrypt hash-objects update-tokens", "PV1012", r"requestBody(\[\d+\])?\.object", picks, "none of `props` may have a value"),
    ("update-encrypted", "PV1012", r"requestBody\[\d+\]", picks, "none of `props` may have a value"),
    ("tokenize hash-objects", "VL3011", r"requestBody\[\d+\]", always, "the card may not be among the properties that have a value"),
    ("tokenize hash-objects", "PV1012", r"requestBody\[\d+\]\.fptemplate", always, "a schema says it, but the coverage phase does not know `dependentRequired`"),
    ("tokenize encrypt hash-objects update-tokens decrypt update-encrypted decrypt-blob", "PV3233", r"(requestBody.*)?", always, "only the ciphertext says that it is archived"),
    ("decrypt update-encrypted decrypt-blob", "VL3012", r"(requestBody.*)?", always, "only the ciphertext says that it is not"),
    ("detokenize", "VL3008", r"token_ids\[\d+\]", always, "only the token says that it is one-way"),
    ("rotate-tokens", "PV1033", r".*", always, "only the token says that it is archived"),
    ("update-tokens", "VL3001|VL3002", r".*", always, "only the tokens say how many they are, and of which type"),
    ("rotate-tokens", "PV1012", r"token_ids", is_empty("token_ids"), "a list out of another answer may be empty, and is nothing in a query then"),
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure stands."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    error = json.loads(response.content)
    field = error["context"].get("field", "")
    return not any(
        operation_of(case) in operations.split() and re.fullmatch(code, error["error_code"]) and re.fullmatch(fields, field) and holds(case)
        for operations, code, fields, holds, _ in BEYOND_SCHEMAS
    )
