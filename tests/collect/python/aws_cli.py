"""The aws-cli without its second of start for each call: a server that has it loaded and forks, and a client named `aws`.

    python aws_cli.py SOCKET        serves
    python -S aws_cli.py SOCKET ARGUMENT...   is `aws ARGUMENT...`
"""

import gc
import json
import os
import socket
import sys

SERVICES = ["ec2", "elbv2", "elb", "network-firewall", "directconnect", "networkmanager", "route53resolver", "route53", "rds",
            "elasticache", "ecs", "eks", "cloudfront", "globalaccelerator", "redshift", "dms", "lambda", "opensearch", "efs", "kafka",
            "autoscaling", "ram", "vpc-lattice", "sts"]


def serve(path):
    import awscli.clidriver

    # What a call loads is loaded once, and every child has it.
    driver = awscli.clidriver.create_clidriver()
    loader = driver.session.get_component("data_loader")
    for service in SERVICES:
        for kind in ("service-2", "paginators-1", "waiters-2"):
            try:
                loader.load_service_model(service, kind)
            except Exception:
                pass
        driver.session.create_client(service, region_name="eu-west-1")
    # Children share its memory as long as they do not write to it, which collecting garbage is.
    gc.collect()
    gc.freeze()
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(64)
    print("ready", flush=True)
    while True:
        client, _ = server.accept()
        message, files, _, _ = socket.recv_fds(client, 1 << 16, 2)
        if os.fork():
            client.close()
            for file in files:
                os.close(file)
            # Children that have ended go.
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            continue
        os.dup2(files[0], 1)
        os.dup2(files[1], 2)
        try:
            code = driver.main(json.loads(message))
        except SystemExit as exit:
            code = exit.code or 0
        sys.stdout.flush()
        sys.stderr.flush()
        client.sendall(str(int(code)).encode())
        os._exit(0)


def ask(path, words):
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    socket.send_fds(client, [json.dumps(words).encode()], [1, 2])
    sys.exit(int(client.recv(16) or b"255"))


if len(sys.argv) == 2:
    serve(sys.argv[1])
else:
    ask(sys.argv[1], sys.argv[2:])
