"""What Paho's interoperability suite asks of a server of MQTT 5, written anew with Paho's client. Prints one line a question."""
import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT = int(sys.argv[1])
BASE = "gondola/1/d/paho"


def props(kind, **values):
    made = Properties(kind)
    for name, value in values.items():
        setattr(made, name, value)
    return made


class Client:
    def __init__(self, name, clean=True, expiry=0, will=None, **connect):
        self.got, self.ready, self.acked, self.ended = [], threading.Event(), threading.Event(), threading.Event()
        self.flags, self.connack, self.reason, self.codes = None, None, None, []
        self.client = mqtt.Client(client_id=name, protocol=mqtt.MQTTv5)
        self.client.on_connect = self._connected
        self.client.on_message = lambda _c, _u, message: self.got.append(message)
        self.client.on_subscribe = self._subscribed
        self.client.on_disconnect = self._disconnected
        if will:
            self.client.will_set(will[0], will[1], will[2], False, will[3])
        asked = props(PacketTypes.CONNECT, SessionExpiryInterval=expiry, **connect)
        self.client.connect("127.0.0.1", PORT, 60, clean_start=clean, properties=asked)
        self.client.loop_start()
        assert self.ready.wait(20), "no CONNACK"

    def _connected(self, _client, _user, flags, code, properties):
        self.flags, self.reason, self.connack = flags, code, properties
        self.ready.set()

    def _subscribed(self, _client, _user, _mid, codes, _properties):
        self.codes = [code.value for code in codes]
        self.acked.set()

    def _disconnected(self, _client, _user, code, _properties):
        self.reason = code
        self.ended.set()

    def subscribe(self, topic, qos=2, ident=None, **options):
        self.acked.clear()
        asked = props(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=ident) if ident else None
        self.client.subscribe(topic, options=SubscribeOptions(qos=qos, **options), properties=asked)
        assert self.acked.wait(20), "no SUBACK"
        return self.codes

    def publish(self, topic, payload, qos=1, retain=False, **values):
        info = self.client.publish(topic, payload, qos, retain, props(PacketTypes.PUBLISH, **values))
        info.wait_for_publish()

    def until(self, count):
        end = time.time() + 20
        while len(self.got) < count and time.time() < end:
            time.sleep(0.01)
        assert len(self.got) == count, [message.payload for message in self.got]
        return self.got

    def end(self, **values):
        self.client.disconnect(properties=props(PacketTypes.DISCONNECT, **values) if values else None)
        self.ended.wait(20)
        self.client.loop_stop()

    def drop(self):
        """The connection ends without a DISCONNECT."""
        self.client._sock.close()
        self.client.loop_stop()


def basic():
    one = Client("paho-1")
    one.subscribe(BASE + "/a")
    for qos in (0, 1, 2):
        one.publish(BASE + "/a", "qos %d" % qos, qos)
    assert sorted(message.qos for message in one.until(3)) == [0, 1, 2]
    one.end()


def retained():
    one = Client("paho-1")
    pairs = [("b", "1"), ("a", "2")]
    for qos in (0, 1, 2):
        one.publish("%s/retained/%d" % (BASE, qos), "kept", qos, True, UserProperty=pairs)
    one.subscribe(BASE + "/retained/+")
    assert all(message.properties.UserProperty == pairs for message in one.until(3))
    for qos in (0, 1, 2):
        one.publish("%s/retained/%d" % (BASE, qos), "", 1, True)
    one.end()


def will():
    reader = Client("paho-2")
    reader.subscribe(BASE + "/will")
    asked = props(PacketTypes.WILLMESSAGE, WillDelayInterval=1, UserProperty=[("c", "3"), ("a", "1")])
    dies = Client("paho-1", expiry=30, will=(BASE + "/will", "gone", 1, asked))
    began = time.time()
    dies.drop()
    got = reader.until(1)[0]
    assert time.time() - began >= 0.9
    assert got.properties.UserProperty == [("c", "3"), ("a", "1")]
    assert not hasattr(got.properties, "WillDelayInterval")
    reader.end()


def zero_length_client_id():
    for clean in (True, False):
        one = Client("", clean=clean)
        assert one.connack.AssignedClientIdentifier
        one.end()


def offline_queueing():
    reader = Client("paho-2", expiry=99999)
    reader.subscribe(BASE + "/+")
    reader.end()
    one = Client("paho-1")
    for qos in (1, 2):
        one.publish(BASE + "/q%d" % qos, "waits", qos)
    back = Client("paho-2", clean=False, expiry=0)
    assert back.flags["session present"] == 1
    back.until(2)
    back.end()
    one.end()


def session_expiry():
    one = Client("paho-1", clean=False, expiry=0)
    one.end()
    one = Client("paho-1", clean=False, expiry=1)
    assert one.flags["session present"] == 0
    one.end(SessionExpiryInterval=60)
    one = Client("paho-1", clean=False, expiry=1)
    assert one.flags["session present"] == 1
    one.end(SessionExpiryInterval=0)
    one = Client("paho-1", clean=False, expiry=0)
    assert one.flags["session present"] == 0
    one.end()


def publication_expiry():
    reader = Client("paho-2", expiry=600)
    reader.subscribe(BASE + "/expiry")
    reader.end()
    one = Client("paho-1")
    one.publish(BASE + "/expiry", "short", 1, MessageExpiryInterval=1)
    one.publish(BASE + "/expiry", "long", 2, MessageExpiryInterval=6)
    time.sleep(1.2)
    back = Client("paho-2", clean=False, expiry=0)
    got = back.until(1)[0]
    assert got.payload == b"long" and 0 < got.properties.MessageExpiryInterval < 6
    back.end()
    one.end()


def subscribe_options():
    one, two = Client("paho-1"), Client("paho-2")
    one.subscribe(BASE + "/options", noLocal=True)
    two.subscribe(BASE + "/options", retainAsPublished=True)
    one.publish(BASE + "/options", "x", 1, True)
    assert two.until(1)[0].retain
    two.subscribe(BASE + "/options", retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
    two.subscribe(BASE + "/options", retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
    two.publish(BASE + "/options", "", 1, True)
    two.until(2)
    assert [message.payload for message in one.until(1)] == [b""]
    one.end()
    two.end()


def subscription_identifiers():
    one, two = Client("paho-1"), Client("paho-2")
    one.subscribe(BASE + "/idents/a", ident=456789)
    two.subscribe(BASE + "/idents/a", ident=2)
    two.subscribe(BASE + "/idents/#", ident=3)
    one.publish(BASE + "/idents/a", "x", 2)
    assert one.until(1)[0].properties.SubscriptionIdentifier == [456789]
    assert sorted(two.until(1)[0].properties.SubscriptionIdentifier) == [2, 3]
    one.end()
    two.end()


def request_response():
    one, two = Client("paho-1"), Client("paho-2")
    one.subscribe(BASE + "/request", noLocal=True)
    two.subscribe(BASE + "/request", noLocal=True)
    one.publish(BASE + "/request", "ask", 1, ResponseTopic=BASE + "/request", CorrelationData=b"334")
    asked = two.until(1)[0]
    two.publish(asked.properties.ResponseTopic, "answer", 1, CorrelationData=asked.properties.CorrelationData)
    answer = one.until(1)[0]
    assert answer.payload == b"answer" and answer.properties.CorrelationData == b"334"
    one.end()
    two.end()


def shared_subscriptions():
    one, two = Client("paho-1"), Client("paho-2")
    for client in (one, two):
        client.subscribe("$share/group/%s/shared" % BASE)
        client.subscribe(BASE + "/shared/plain")
    for count in range(10):
        one.publish(BASE + "/shared", str(count), 1)
    one.publish(BASE + "/shared/plain", "both", 1)
    end = time.time() + 20
    while len(one.got) + len(two.got) < 12 and time.time() < end:
        time.sleep(0.01)
    shared = sorted(int(m.payload) for m in one.got + two.got if m.topic.endswith("shared"))
    assert shared == list(range(10)), shared
    assert len(one.got) == len(two.got) == 6
    one.end()
    two.end()


for question in (
    basic,
    retained,
    will,
    zero_length_client_id,
    offline_queueing,
    session_expiry,
    publication_expiry,
    subscribe_options,
    subscription_identifiers,
    request_response,
    shared_subscriptions,
):
    try:
        question()
        print(question.__name__, "ok", flush=True)
    except Exception as error:  # The next question is asked all the same.
        print(question.__name__, repr(error), flush=True)
