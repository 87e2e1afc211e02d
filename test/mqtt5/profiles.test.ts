import { describe, expect, it } from "vitest";
import type { BrokerOptions } from "../../src/broker/broker.ts";
import { openProfile } from "../../src/broker/profiles/compile.ts";
import type { ProfiledDevice, ProfileName } from "../../src/broker/profiles/names.ts";
import { type Profile, presenceOf, type Reported } from "../../src/broker/profiles/profile.ts";
import { gtinOfEpc } from "../../src/broker/profiles/sgtin.ts";
import { as, withAccounts } from "../broker/access/with-accounts.ts";
import { connectClient } from "../broker/clients.ts";
import { createFakeLedger } from "../broker/fake-ledger.ts";
import { until } from "../support/until.ts";
import firmwareFile from "./firmware.json" with { type: "json" };

interface Reading {
	device?: string;
	sensor?: string;
	presence?: string;
	quantity?: string;
	value?: number | string;
	unit?: string;
	tolerance?: number;
	at?: string;
	announces?: { device: string; sensor?: string; sensors?: { property?: string; id?: string; quantity: string }[] };
	withdraws?: unknown;
	node?: string;
}
interface FirmwareVector {
	id: string;
	family: string;
	topic: string;
	payload?: string;
	payloadHex?: string;
	reading: Reading[];
}
const vectors = (firmwareFile as { vectors: FirmwareVector[] }).vectors;

const bytesOf = ({ payload, payloadHex }: FirmwareVector): Buffer =>
	payloadHex === undefined ? Buffer.from(payload ?? "") : Buffer.from(payloadHex, "hex");

const families: Record<string, ProfileName> = {
	...{ tasmota: "tasmota", esphome: "esphome", zigbee2mqtt: "zigbee2mqtt", "shelly-gen2": "shelly", "sparkplug-b": "sparkplug" },
	...{ "zebra-iotc-fixed": "zebra-rfid", "home-assistant-discovery": "ha-discovery" },
};
/** The base topic that a vector's device would have in the configuration. */
function baseOf({ family, topic }: FirmwareVector): string {
	const levels = topic.split("/");
	if (family === "tasmota") return levels[1]!;
	if (family === "zigbee2mqtt") return "zigbee2mqtt";
	if (family === "sparkplug-b") return `${levels[1]}/${levels[3]}`;
	if (family === "home-assistant-discovery") return "shelf/7";
	return levels[0] === "homeassistant" ? levels[2]! : levels[0]!;
}

const shown = (reported: readonly Reported[]) =>
	reported.flatMap((one) => (one.kind === "reading" && one.value !== null ? [[one.quantity, one.value, one.unit, one.at]] : []));

describe("firmware messages (case B8)", () => {
	const opened = new Map<string, Profile>();
	const profileOf = (vector: FirmwareVector): Profile => {
		const key = `${vector.family} ${baseOf(vector)}`;
		const known = opened.get(key) ?? openProfile({ id: "any", profile: families[vector.family]!, base: baseOf(vector) });
		opened.set(key, known);
		return known;
	};
	// Announcements come before what they announce.
	const inOrder = vectors.toSorted((a, b) => Number("announces" in (b.reading[0] ?? {})) - Number("announces" in (a.reading[0] ?? {})));

	it.each(inOrder.map((vector) => [vector.id, vector] as const))("%s", (_, vector) => {
		const profile = profileOf(vector);
		const reported = profile.read(vector.topic, bytesOf(vector));
		expect(reported.filter(({ kind }) => kind === "malformed")).toEqual([]);
		const presences = vector.reading.filter(({ presence, device }) => presence && !/^cooler-door$/.test(device ?? ""));
		expect(reported.flatMap((one) => (one.kind === "presence" ? [one.isOnline ? "online" : "offline"] : []))).toEqual(
			presences.map(({ presence }) => presence),
		);
		const wanted = vector.reading.filter(({ quantity }) => quantity !== undefined);
		const got = shown(reported).filter(([quantity]) => !["presence", "voltage"].includes(String(quantity)));
		for (const { quantity, value, unit, tolerance = 0, at } of wanted) {
			const found = got.find(
				([of, is]) => of === quantity && (typeof value === "number" ? Math.abs(Number(is) - value) <= tolerance : is === value),
			);
			expect(found, `${quantity} ${value} in ${JSON.stringify(got)}`).toBeDefined();
			if (unit && ["g", "%", "°C", "dBm"].includes(unit)) expect(found![2]).toBe(unit);
			if (at) expect(found![3]).toBe(at);
		}
		// Beside what they are about: a birth names its control metrics, and the button says its battery.
		if (!["fw-sparkplug-01", "fw-z2m-button-01"].includes(vector.id)) expect(got).toHaveLength(wanted.length);
		const announced = vector.reading.flatMap(
			({ announces }) => (announces?.sensors ?? (announces ? [announces] : [])) as { quantity: string }[],
		);
		const quantities = reported.flatMap((one) => (one.kind === "reading" && one.value === null ? [one.quantity] : []));
		expect(quantities.sort()).toEqual(announced.map(({ quantity }) => quantity).sort());
	});

	it.each([
		["online", true],
		["Online", true],
		["ONLINE", true],
		["true", true],
		["1", true],
		["ready", true],
		['{"state":"online"}', true],
		['{"online":true}', true],
		["Offline", false],
		["false", false],
		["lost", false],
		['{"state":"offline"}', false],
		["maybe", undefined],
		["[]", undefined],
		['{"state":{}}', undefined],
	])("%s is presence %s", (text, isOnline) => expect(presenceOf(text)).toBe(isOnline));

	it("an SGTIN-96 is its article's GTIN; another tag is none", () => {
		expect(gtinOfEpc("3034257BF7194E4000001A85")).toBe("80614141123458");
		expect(gtinOfEpc("E2801160600002054CC2096F")).toBeUndefined();
		expect(gtinOfEpc("303C257BF7194E4000001A85")).toBeUndefined();
	});
});

describe("a node of Sparkplug (case B8)", () => {
	const of = (id: string): FirmwareVector => vectors.find((one) => one.id === id)!;
	const read = (profile: Profile, id: string) => profile.read(of(id).topic, bytesOf(of(id)));

	it("without its births is asked for them, once in ten seconds, and nothing is guessed", () => {
		let nowMs = 0;
		const profile = openProfile({ id: "edge1", profile: "sparkplug" }, () => nowMs);
		const asked = read(profile, "fw-sparkplug-03");
		expect(asked).toMatchObject([{ kind: "ask", topic: "spBv1.0/store1/NCMD/edge1" }]);
		expect(Buffer.from((asked[0] as { payload: Uint8Array }).payload).toString("latin1")).toContain("Node Control/Rebirth");
		expect(read(profile, "fw-sparkplug-03")).toEqual([]);
		nowMs = 10_001;
		expect(read(profile, "fw-sparkplug-03")).toHaveLength(1);
		read(profile, "fw-sparkplug-01");
		read(profile, "fw-sparkplug-02");
		expect(shown(read(profile, "fw-sparkplug-03"))).toMatchObject([["mass", 1500, "g", "2026-11-27T08:15:31.250Z"]]);
		// The same number again is a gap of 255.
		nowMs = 30_000;
		expect(read(profile, "fw-sparkplug-03")).toMatchObject([{ kind: "ask" }]);
	});

	it("is offline by the death of this birth only", () => {
		const profile = openProfile({ id: "edge1", profile: "sparkplug" });
		read(profile, "fw-sparkplug-01");
		const older = Buffer.from(of("fw-sparkplug-04").payloadHex!, "hex");
		older[older.length - 1] = 6;
		expect(profile.read(of("fw-sparkplug-04").topic, older)).toEqual([]);
		expect(read(profile, "fw-sparkplug-04")).toEqual([{ kind: "presence", isOnline: false }]);
	});

	it("any bytes are a message or malformed, and end", () => {
		const profile = openProfile({ id: "edge1", profile: "sparkplug" });
		const whole = Buffer.from(of("fw-sparkplug-02").payloadHex!, "hex");
		for (let at = 0; at < whole.length; at++) {
			for (const byte of [0, 0x7f, 0x80, 0xff]) {
				const bytes = Buffer.from(whole);
				bytes[at] = byte;
				profile.read(of("fw-sparkplug-02").topic, bytes);
			}
			profile.read(of("fw-sparkplug-02").topic, whole.subarray(0, at));
		}
	});
});

describe("devices by their firmware's profile at the broker (case B8)", () => {
	const names = ["shelf-3", "shelf-4", "bridge", "door-reader", "ht", "edge1", "cell-a"];
	const { open } = withAccounts(Object.fromEntries(names.map((name) => [name, "device" as const])));
	const weights: [string, number][] = [];
	const sensors = new Map<string, Map<string, unknown>>();
	const present: [string, boolean][] = [];
	const start = async (profiles: ProfiledDevice[], options: Partial<BrokerOptions> = {}) => {
		weights.length = 0;
		present.length = 0;
		sensors.clear();
		const ledger = createFakeLedger();
		const broker = await open(ledger, {
			profiles,
			onWeight: (device, milligrams) => void weights.push([device, milligrams]),
			onPresence: (device, isOnline) => {
				present.push([device, isOnline]);
				return undefined;
			},
			onSensors: (device, readings) => {
				const mine = sensors.get(device) ?? new Map<string, unknown>();
				sensors.set(device, mine);
				for (const { sensor, value } of readings) mine.set(sensor, value ?? mine.get(sensor) ?? null);
			},
			...options,
		});
		return { broker, ledger };
	};

	it("Tasmota: its will is let in, its weight is the shelf's, its commands reach it, and nothing else may be said", async () => {
		const { broker } = await start([{ id: "shelf-3", family: "scale", profile: "tasmota" }]);
		const will = { topic: "tele/shelf_3/LWT", payload: Buffer.from("Offline"), qos: 1 as const, retain: true };
		const board = await connectClient(broker.url, as("shelf-3", { clientId: "DVES_ABCDEF", will }));
		await board.publishAsync("tele/shelf_3/LWT", "Online", { retain: true, qos: 1 });
		await board.publishAsync("tele/shelf_3/SENSOR", '{"Time":"2026-11-27T08:15:30","HX711":{"Weight":1.250,"WeightRaw":1250}}', { qos: 1 });
		expect(weights).toEqual([["shelf-3", 1_250_000]]);
		expect(present).toEqual([["shelf-3", true]]);
		expect((await board.subscribeAsync("cmnd/shelf_3/#"))[0]!.qos).toBe(0);
		await board.publishAsync("tele/another/SENSOR", "{}", { qos: 1 });
		expect(broker.stats().refused["publish-not-allowed"]).toBe(1);
		board.stream.destroy();
		await until(() => present.length === 2, "the will");
		expect(present[1]).toEqual(["shelf-3", false]);
	});

	it("ESPHome: the unit comes by discovery, also after a restart; nan is no reading and no fault", async () => {
		const device: ProfiledDevice = { id: "shelf-4", family: "scale", profile: "esphome" };
		const { broker, ledger } = await start([device]);
		const config = vectors.find(({ id }) => id === "fw-esphome-discovery-01")!;
		const will = { topic: "shelf-4/status", payload: Buffer.from("offline"), qos: 0 as const, retain: true };
		const board = await connectClient(broker.url, as("shelf-4", { clientId: "shelf-4-a0b1c2d3e4f5", clean: false, will }));
		await board.publishAsync("shelf-4/sensor/weight/state", "812.50", { qos: 1, retain: true });
		expect(weights).toEqual([]);
		await board.publishAsync(config.topic, config.payload!, { qos: 1, retain: true });
		await board.publishAsync("shelf-4/sensor/weight/state", "812.50", { qos: 1, retain: true });
		await board.publishAsync("shelf-4/sensor/weight/state", "nan", { qos: 1, retain: true });
		expect(weights).toEqual([["shelf-4", 812_500]]);
		expect(broker.stats().deadLetters).toEqual([]);
		await board.endAsync();
		const again = await open(ledger, { profiles: [device], onWeight: (of, milligrams) => void weights.push([of, milligrams]) });
		const back = await connectClient(again.url, as("shelf-4"));
		await back.publishAsync("shelf-4/sensor/weight/state", "813", { qos: 1 });
		expect(weights.at(-1)).toEqual(["shelf-4", 813_000]);
		await back.endAsync();
	});

	it("zigbee2mqtt: a bridge of 192 kB, its will on bridge/state, a device for each name", async () => {
		const { broker } = await start([{ id: "bridge", family: "sensor", profile: "zigbee2mqtt" }]);
		const will = { topic: "zigbee2mqtt/bridge/state", payload: Buffer.from('{"state":"offline"}'), qos: 1 as const, retain: true };
		const bridge = await connectClient(broker.url, as("bridge", { will }));
		await bridge.subscribeAsync("zigbee2mqtt/#");
		const [first] = JSON.parse(vectors.find(({ id }) => id === "fw-z2m-devices-01")!.payload!) as Record<string, unknown>[];
		const many = Array.from({ length: 170 }, (_, n) => ({ ...first, friendly_name: n === 0 ? "cooler/door" : `door ${n}` }));
		const list = JSON.stringify(many).padEnd(192_000, " ");
		await bridge.publishAsync("zigbee2mqtt/bridge/devices", list, { qos: 1, retain: true });
		await bridge.publishAsync("zigbee2mqtt/cooler/door", '{"battery":100,"contact":false,"linkquality":96}', { qos: 1 });
		await bridge.publishAsync("zigbee2mqtt/cooler/door/availability", '{"state":"online"}', { qos: 1 });
		expect(sensors.get("bridge")!.size).toBe(341);
		expect(sensors.get("bridge")!.get("cooler-door/contact")).toBe("open");
		expect(sensors.get("bridge")!.get("cooler-door/presence")).toBe("online");
		bridge.stream.destroy();
		await until(() => present.length === 1, "the will");
		expect(present).toEqual([["bridge", false]]);
	});

	it("Zebra RFID: an array of tags is a scan for each article, once for each event number", async () => {
		const { broker, ledger } = await start([{ id: "door-reader", family: "scanner", profile: "zebra-rfid", base: "zebra" }]);
		const reader = await connectClient(broker.url, as("door-reader"));
		const tags = ["3034257BF7194E4000001A85", "3034257BF7194E4000001A86", "E2801160600002054CC2096F"];
		const batch = tags.map((idHex, n) => ({
			data: { antenna: 1, eventNum: n, format: "epc", idHex, peakRssi: -50 },
			timestamp: "2026-11-27T08:15:30.250+0000",
			type: "SIMPLE",
		}));
		await reader.publishAsync("zebra/DATA/clients/data1event/RFD40-1", JSON.stringify(batch), { qos: 1 });
		await reader.publishAsync("zebra/DATA/clients/data1event/RFD40-1", JSON.stringify(batch), { qos: 1 });
		expect(ledger.scans.map(({ code }) => code)).toEqual(["80614141123458", "80614141123458"]);
		const hand = { type: "INVENTORY", timestamp: "2026-11-27T08:16:00Z", data: { tagData: [{ eventNum: 7, epc: tags[0] }] } };
		await reader.publishAsync("zebra/DATA/clients/data1event/RFD40-1", JSON.stringify(hand), { qos: 1 });
		expect(ledger.scans).toHaveLength(3);
		await reader.endAsync();
	});

	it("Home Assistant discovery: two cells of one board are two scales", async () => {
		const cell = { family: "scale", profile: "ha-discovery", base: "shelf/7" } as const;
		const { broker } = await start([
			{ id: "cell-a", ...cell, sensor: "w1" },
			{ id: "cell-b", ...cell, sensor: "w2" },
		]);
		const board = await connectClient(broker.url, as("cell-a"));
		const cmps = Object.fromEntries(
			["w1", "w2"].map((key) => [
				key,
				{ p: "sensor", dev_cla: "weight", unit_of_meas: "kg", val_tpl: `{{ value_json['${key}'] | float }}` },
			]),
		);
		const config = {
			dev: { ids: ["shelf-7"] },
			o: { name: "x" },
			"~": "shelf/7",
			cmps,
			stat_t: "~/state",
			avty_t: "~/up",
			pl_avail: "here",
		};
		await board.publishAsync("homeassistant/device/shelf-7/config", JSON.stringify(config), { qos: 1, retain: true });
		await board.publishAsync("shelf/7/up", "here", { qos: 1, retain: true });
		await board.publishAsync("shelf/7/state", '{"w1":1.5,"w2":0.25}', { qos: 1 });
		expect(weights).toEqual([
			["cell-a", 1_500_000],
			["cell-b", 250_000],
		]);
		expect(present).toEqual([
			["cell-a", true],
			["cell-b", true],
		]);
		await board.endAsync();
	});

	it("Shelly: true and false are presence, and a reading is listed", async () => {
		const { broker } = await start([{ id: "ht", family: "sensor", profile: "shelly", base: "shellyplusht-b0b21c112233" }]);
		const will = { topic: "shellyplusht-b0b21c112233/online", payload: Buffer.from("false"), qos: 0 as const, retain: true };
		const sensor = await connectClient(broker.url, as("ht", { will }));
		await sensor.publishAsync("shellyplusht-b0b21c112233/online", "true", { qos: 1, retain: true });
		const notify = vectors.find(({ id }) => id === "fw-shelly-notify-01")!;
		await sensor.publishAsync(notify.topic, notify.payload!, { qos: 1 });
		expect(sensors.get("ht")!.get("temperature:0")).toBe(4.6);
		sensor.stream.destroy();
		await until(() => present.length === 2, "the will");
		expect(present).toEqual([
			["ht", true],
			["ht", false],
		]);
	});

	it("Sparkplug: after a start of ours the node is asked for its births on its own topic", async () => {
		const { broker } = await start([{ id: "edge1", family: "sensor", profile: "sparkplug" }]);
		const node = await connectClient(broker.url, as("edge1"));
		const asked: string[] = [];
		node.on("message", (topic) => asked.push(topic));
		await node.subscribeAsync("spBv1.0/store1/NCMD/edge1", { qos: 1 }).catch(() => {});
		const [, , data] = ["fw-sparkplug-01", "fw-sparkplug-02", "fw-sparkplug-03"].map((id) => vectors.find((one) => one.id === id)!);
		await node.publishAsync(data!.topic, bytesOf(data!), { qos: 1 });
		await until(() => asked.length === 1, "a request for the birth");
		for (const id of ["fw-sparkplug-01", "fw-sparkplug-02", "fw-sparkplug-03"]) {
			const one = vectors.find((vector) => vector.id === id)!;
			await node.publishAsync(one.topic, bytesOf(one), { qos: 1 });
		}
		expect(sensors.get("edge1")!.get("shelf9/Scale/Weight")).toBe(1_500);
		await node.endAsync();
	});
});
