"""Calls methods of services the way a stranger would: with another language's Thrift library, by code that its own
compiler has made of the contract.

Usage: foreign-client.py CODE, where CODE is what `thrift --gen py` has written, with a JSON list of calls on standard
input: [{"address": "127.0.0.1:10005", "service": "UserService", "method": "GetUserId", "arguments": {...}}, ...]
Prints a JSON list of the answers, {"result": ...} or {"exception": {...}}. Whole numbers are texts, both ways, as JSON's
own are not exact everywhere.
"""
import importlib
import json
import sys

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TException, TType
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport

sys.path.insert(0, sys.argv[1])
integers = (TType.I32, TType.I64)


def thrift_value(kind, details, value):
    """The value of JSON as the contract's type wants it."""
    if kind in integers:
        return int(value)
    if kind == TType.LIST:
        return [thrift_value(details[0], details[1], item) for item in value]
    if kind == TType.STRUCT:
        return details[0](**thrift_fields(details[0], value))
    return value


def thrift_fields(struct, values):
    fields = [field for field in struct.thrift_spec if field and field[2] in values]
    return {name: thrift_value(kind, details, values[name]) for _, kind, name, details, _ in fields}


def json_value(value):
    """What came back as JSON."""
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, int):
        return str(value)
    if value is None or isinstance(value, str):
        return value
    return {name: json_value(field) for name, field in vars(value).items()}


protocols = {}


def protocol_to(address):
    """One connection to each address, for all calls."""
    if address not in protocols:
        host, port = address.split(":")
        socket = TSocket(host, int(port))
        socket.setTimeout(10_000)
        transport = TFramedTransport(socket)
        transport.open()
        protocols[address] = TBinaryProtocol(transport)
    return protocols[address]


def call(address, service, method, arguments):
    module = importlib.import_module(f"social_network.{service}")
    client = module.Client(protocol_to(address))
    struct = getattr(module, f"{method}_args")
    try:
        result = getattr(client, method)(**thrift_fields(struct, arguments))
    except TException as error:
        return {"exception": {"type": type(error).__name__, **json_value(error)}}
    return {"result": json_value(result)}


print(json.dumps([call(**each) for each in json.load(sys.stdin)]))
