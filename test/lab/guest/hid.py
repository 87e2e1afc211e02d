#!/usr/bin/python3
"""The device's end of a HID gadget.

hid.py descriptor pos|keyboard|scale     the report descriptor in hexadecimal, for gadget.sh
hid.py scan /dev/hidg0 TEXT              HID POS 1.02, report 2: length, three characters of AIM, 56 of data, two reserved, "more follows"
hid.py type /dev/hidg1 TEXT              each key pressed and released, then Enter
hid.py weigh /dev/hidg2 GRAMS STATE      report 3: status, unit 2 (gram), exponent 0, two bytes of weight

A report is taken when the host asks for one; where nobody has opened the device, the program waits.
"""
import os
import struct
import sys
import time

DESCRIPTORS = {
    "pos": "058c0902a101" "0912a102" "8502" "150026ff00" "75089501" "0501093b8102" "9503" "058c09fb09fc09fd8102"
           "9538" "09fe820201" "9502" "0600ff0904" "8102" "75019501" "058c09ff8102" "75078103" "c0" "c0",
    "keyboard": "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508150025650507190029658100c0",
    "scale": "058d0920a101" "0932a102" "8503" "75089501" "1501" "2508" "0970a102" "0971097209730974097509760977" "0978" "8100c0"
             "1501250c" "0950a102" "095109520953095409550956095709580959095a095b095c" "8100c0" "1581257f" "09418102"
             "75109501" "150027ffff0000" "09408102" "c0" "c0",
}
KEYS = {**{c: 4 + i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")}, **{c: 30 + i for i, c in enumerate("1234567890")}, "\n": 40}
STATES = {"fault": 1, "zero": 2, "motion": 3, "stable": 4, "under": 5, "over": 6}

what = sys.argv[1]
if what == "descriptor":
    print(DESCRIPTORS[sys.argv[2]])
    sys.exit()

device = os.open(sys.argv[2], os.O_RDWR)
if what == "scan":
    data = sys.argv[3].encode()
    parts = [data[at:at + 56] for at in range(0, len(data), 56)]
    for number, part in enumerate(parts):
        more = 1 if number < len(parts) - 1 else 0
        os.write(device, bytes([2, len(part)]) + b"]E0" + part.ljust(56, b"\0") + b"\0\0" + bytes([more]))
elif what == "type":
    for character in sys.argv[3] + "\n":
        os.write(device, bytes([0, 0, KEYS[character], 0, 0, 0, 0, 0]))
        os.write(device, bytes(8))
        time.sleep(0.005)
elif what == "weigh":
    os.write(device, struct.pack("<BBBbH", 3, STATES[sys.argv[4]], 2, 0, int(sys.argv[3])))
