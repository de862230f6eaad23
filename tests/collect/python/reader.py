"""Makes a user who may do what a policy allows, and has moto ask for permissions from now on: python reader.py ENDPOINT
POLICY, prints key and secret."""

import sys
import urllib.request
import uuid

import boto3

endpoint, policy = sys.argv[1:]


def first_without_permission(count):
    """How many of the next requests need none."""
    # As text: of a form there would be nothing left to read.
    request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", str(count).encode(), {"Content-Type": "text/plain"})
    urllib.request.urlopen(request).read()


first_without_permission(float("inf"))
iam = boto3.client("iam", endpoint_url=endpoint, region_name="eu-west-1")
name = f"reader-{uuid.uuid4()}"
iam.create_user(UserName=name)
made = iam.create_policy(PolicyName=name, PolicyDocument=open(policy).read())["Policy"]["Arn"]
iam.attach_user_policy(UserName=name, PolicyArn=made)
key = iam.create_access_key(UserName=name)["AccessKey"]
print(key["AccessKeyId"], key["SecretAccessKey"])
first_without_permission(0)
