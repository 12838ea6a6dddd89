"""Calls every method of every service the way a stranger would: with another language's gRPC library, from the contracts.

Usage: foreign-client.py DESCRIPTORS, with a JSON list of calls on standard input:
[{"address": "127.0.0.1:8083", "method": "geo.Geo/Nearby", "request": {"lat": 37.7, "lon": -122.4}}, ...]
Prints a JSON list of the answers: {"response": {...}} or {"code": "INVALID_ARGUMENT", "details": "..."}.
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

pool = descriptor_pool.DescriptorPool()
with open(sys.argv[1], "rb") as file:
    for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(proto)
factory = message_factory.MessageFactory(pool)


def call(address, method, request):
    service, name = method.split("/")
    descriptor = pool.FindServiceByName(service).methods_by_name[name]
    ask = factory.GetPrototype(descriptor.input_type)
    answer = factory.GetPrototype(descriptor.output_type)
    with grpc.insecure_channel(address) as channel:
        invoke = channel.unary_unary(
            f"/{method}", request_serializer=ask.SerializeToString, response_deserializer=answer.FromString
        )
        try:
            response = invoke(json_format.ParseDict(request, ask()), timeout=10)
        except grpc.RpcError as error:
            return {"code": error.code().name, "details": error.details()}
    return {"response": json_format.MessageToDict(response, preserving_proto_field_name=True)}


print(json.dumps([call(**each) for each in json.load(sys.stdin)]))
