#!/usr/bin/python3
"""Runs shell commands in the virtual machine that come as JSON lines over a virtio-serial port, several at once.

{"id": 1, "command": "…", "seconds": 30}  ->  {"id": 1, "code": 0, "out": "…"}
The first line says {"hello": KERNEL}. A command that takes longer than its seconds is killed with its children: code 124.
"""
import json
import os
import subprocess
import threading
import time

PORT = "/dev/virtio-ports/lab.control"
while not os.path.exists(PORT):
    time.sleep(0.05)
port = os.open(PORT, os.O_RDWR)
lock = threading.Lock()


def send(message):
    data = (json.dumps(message) + "\n").encode()
    with lock:
        while data:
            data = data[os.write(port, data):]


def run(asked):
    try:
        child = subprocess.Popen(
            ["/bin/bash", "-c", asked["command"]],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )
        try:
            out, _ = child.communicate(timeout=asked["seconds"])
            code = child.returncode
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, 9)
            out, _ = child.communicate()
            code = 124
        send({"id": asked["id"], "code": code, "out": out.decode("utf8", "replace")[-200000:]})
    except Exception as error:  # whoever asked hears why
        send({"id": asked.get("id"), "code": 125, "out": repr(error)})


send({"hello": os.uname().release})
waiting = b""
while True:
    data = os.read(port, 65536)
    if not data:
        time.sleep(0.05)
        continue
    waiting += data
    while b"\n" in waiting:
        line, waiting = waiting.split(b"\n", 1)
        if line.strip():
            threading.Thread(target=run, args=(json.loads(line),), daemon=True).start()
