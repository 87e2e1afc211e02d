#!/usr/bin/python3
"""The device's end of a scale on a USB cable, MT-SICS: scale.py /dev/ttyGS0 FILE. Answers S and SI with the line in FILE; opens again
after the cable was pulled."""
import os
import select
import sys
import time
import tty

path, weight = sys.argv[1:3]
end = None
while True:
    try:
        if end is None:
            end = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(end)
        ready, _, _ = select.select([end], [], [], 0.1)
        if not ready:
            continue
        asked = os.read(end, 4096)
        if not asked:
            raise OSError("pulled")
        for line in asked.split(b"\n"):
            if line.strip() in (b"S", b"SI", b"SIR"):
                os.write(end, open(weight, "rb").read().strip() + b"\r\n")
            elif line.strip() == b"@":
                os.write(end, b'I4 A "LAB1"\r\n')
            elif line.strip():
                os.write(end, b"ES\r\n")
    except BlockingIOError:
        time.sleep(0.01)
    except OSError:
        if end is not None:
            os.close(end)
        end = None
        time.sleep(0.1)
