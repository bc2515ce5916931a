"""moto's DynamoDB behind HTTP, for tests: `python dynamodb.py PORT`. One request at a time, for its transactions are
not isolated from each other; without the copy of the whole table that it makes for each item of a transaction; and with
the ClientRequestToken, by which DynamoDB knows a transaction again that the SDK sends twice."""

import sys

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

transact = DynamoDBBackend.transact_write_items


def transact_write_items(self, transact_items):
    """As moto does it, and where it fails, what it has touched is put back: an action replaces an item, it changes none."""
    before = []
    for entry in transact_items:
        (operation,) = entry.values()
        table = self.get_table(operation["TableName"])
        key = operation.get("Item") or operation["Key"]
        address = {name: key[name] for name in ("pk", "sk")}
        before.append((operation["TableName"], address, self.get_item(operation["TableName"], address)))
    try:
        return transact(self, transact_items)
    except Exception:
        for name, address, item in before:
            if self.get_item(name, address) is not item:
                self.delete_item(name, address)
                if item is not None:
                    self.get_table(name).items[item.hash_key][item.range_key] = item
        raise


answer_transaction = DynamoHandler.transact_write_items
answers = {}


def transact_write_items_once(self):
    """What has landed is answered again, and not made again."""
    token = self.body.get("ClientRequestToken")
    if token not in answers:
        answers[token] = answer_transaction(self)
    return answers[token]


DynamoHandler.transact_write_items = transact_write_items_once
Table.__deepcopy__ = lambda self, memo: self
DynamoDBBackend.transact_write_items = transact_write_items
run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
