/** Sensors by MQTT through the real broker into the real ledger, by a real client: temperatures, doors, buttons, tags. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import type { ProfiledDevice } from "../../src/broker/profiles/names.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { type KeptReadings, keepReadings } from "../../src/floor/mqtt/kept-readings.ts";
import { checkRecord } from "../../src/link/protocol/records.ts";
import { minuteOf } from "../../src/words/cold-chain/record.ts";
import type { ColdSensor } from "../../src/words/cold-chain/sensor.ts";
import { connectClient, publishPacket, rawSession } from "../broker/clients.ts";
import { until } from "../support/until.ts";

const limits = { minMillidegrees: 0, maxMillidegrees: 7_000, hysteresisMillidegrees: 500, alarmAfterMinutes: 15, expectedEverySeconds: 60 };
const sensors: ColdSensor[] = [
	{ id: "dairy", place: "Dairy", device: "bridge", sensor: "cooler-1/temperature", humiditySensor: "cooler-1/humidity", ...limits },
	{ id: "freezer", place: "Freezer", device: "freezer", sensor: "DS18B20", ...limits },
	{ id: "esp", place: "Counter", device: "counter", sensor: "temp", ...limits },
];
const profiles: ProfiledDevice[] = [
	{ id: "bridge", family: "sensor", profile: "zigbee2mqtt" },
	{ id: "freezer", family: "sensor", profile: "tasmota" },
	{ id: "counter", family: "sensor", profile: "esphome" },
	{ id: "gate", family: "sensor", profile: "zebra-rfid" },
	{ id: "reader", family: "scanner", profile: "zebra-rfid", base: "scans" },
];

let folder: string;
let ledger: Awaited<ReturnType<typeof openStoreLedger>>;
let broker: Broker;
let kept: KeptReadings;
let client: MqttClient;

async function open(): Promise<void> {
	ledger = await openStoreLedger(folder, createClock().now);
	kept = keepReadings(ledger, sensors, profiles, createLog("silent"));
	broker = await startBroker({
		...{ ledger, host: "127.0.0.1", port: 0, plain: true, anonymousLoopback: true, profiles },
		onWeight: () => {},
		onSensors: (device, readings, _gone, message) => message && kept.keep(device, readings, message),
	});
	client = await connectClient(broker.url);
}
async function close(): Promise<void> {
	client.stream.destroy();
	await broker.stop();
	kept.stop();
	await ledger.close();
}
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-sensors-"));
	await open();
});
afterEach(async () => {
	await close();
	rmSync(folder, { recursive: true });
});

const send = (topic: string, payload: object | string, more: object = {}) =>
	client.publishAsync(topic, typeof payload === "string" ? payload : JSON.stringify(payload), { qos: 1, ...more });
const facts = (type: string) => ledger.read.events.after(0, 1_000).filter((event) => event.type === type);
/** All minutes of a record up to the present, the open one with them. */
const minutesOf = (id: string) => {
	const row = ledger.read.coldChain.get(id)!;
	const now = minuteOf(ledger.now().wall);
	return ledger.read.coldChain.minutes({ ...row, closed: now }, row.first, now);
};
const measured = (id: string) => minutesOf(id).flatMap(({ temperature }) => temperature ?? []);

describe("a temperature", () => {
	it("is on the disk when its message is acknowledged, whatever the firmware; Fahrenheit is converted", async () => {
		await send("zigbee2mqtt/cooler-1", { temperature: 4.2, humidity: 61.3, battery: 90 });
		expect(measured("dairy")).toEqual([{ readings: 1, min: 4_200, mean: 4_200, max: 4_200 }]);
		expect(minutesOf("dairy").flatMap(({ humidity }) => humidity?.mean ?? [])).toEqual([613]);
		await send("tele/freezer/SENSOR", { DS18B20: { Id: "01", Temperature: 39.56 }, TempUnit: "F" });
		expect(measured("freezer")).toEqual([{ readings: 1, min: 4_200, mean: 4_200, max: 4_200 }]);
		const config = { stat_t: "counter/sensor/temp/state", dev_cla: "temperature", unit_of_meas: "°C", uniq_id: "x" };
		await send("homeassistant/sensor/counter/temp/config", config);
		await send("counter/sensor/temp/state", "5.5");
		expect(measured("esp")).toEqual([{ readings: 1, min: 5_500, mean: 5_500, max: 5_500 }]);
	});

	it("that cannot be right is refused and counted: null, nan, 85 °C after power-on, what a bridge kept from before", async () => {
		await send("tele/freezer/SENSOR", { DS18B20: { Temperature: null }, TempUnit: "C" });
		await send("tele/freezer/SENSOR", { DS18B20: { Temperature: "nan" }, TempUnit: "C" });
		await send("tele/freezer/SENSOR", { DS18B20: { Temperature: 85 }, TempUnit: "C" });
		await send("tele/freezer/SENSOR", { DS18B20: { Temperature: -127 }, TempUnit: "C" });
		await send("zigbee2mqtt/cooler-1", { temperature: 4.2, last_seen: Date.now() - 3_600_000 });
		expect([measured("freezer"), measured("dairy")]).toEqual([[], []]);
		expect(minutesOf("freezer").reduce((sum, { refused }) => sum + refused, 0)).toBe(4);
		expect(ledger.read.coldChain.get("dairy")!.state.refused).toBe("too-old");
		expect(ledger.read.devices.list()).toEqual([]);
	});

	it("is not taken from what the broker retained before a restart", async () => {
		await send("zigbee2mqtt/cooler-1", { temperature: 4.2 }, { retain: true });
		await close();
		await open();
		expect(measured("dairy")).toEqual([{ readings: 1, min: 4_200, mean: 4_200, max: 4_200 }]);
	});
});

describe("what happens once is counted once", () => {
	const open1 = { contact: false, linkquality: 96 };

	it("a door: a change of its state, however often it is said", async () => {
		for (const payload of [open1, open1, { contact: true }, { contact: true }, open1])
			await send("zigbee2mqtt/door", payload, { retain: true });
		expect(facts("door.changed").map((fact) => "isOpen" in fact && fact.isOpen)).toEqual([true, false, true]);
		await close();
		await open();
		await send("zigbee2mqtt/door", open1);
		expect(facts("door.changed")).toHaveLength(3);
		expect(facts("door.changed")[0]).toMatchObject({ device: "bridge", sensor: "door/contact", actor: { kind: "device", name: "bridge" } });
	});

	it("a button: each press, but not the same message delivered again, nor one that was kept", async () => {
		await send("zigbee2mqtt/bell", { action: "single" });
		await send("zigbee2mqtt/bell", { action: "single" });
		await send("zigbee2mqtt/bell", { action: "" });
		expect(facts("button.pressed")).toHaveLength(2);
		const raw = await rawSession(broker.port, "again");
		raw.send(...publishPacket("zigbee2mqtt/bell", '{"action":"single"}', 1, 7, true));
		await until(
			() =>
				raw
					.bytes()
					.subarray(-4)
					.equals(Buffer.from([0x40, 2, 0, 7])),
			"the PUBACK",
		);
		raw.socket.destroy();
		await send("zigbee2mqtt/bell", { action: "single" }, { retain: true });
		await send("zigbee2mqtt/bell", { action: "double", last_seen: Date.now() - 3_600_000 });
		expect(facts("button.pressed")).toHaveLength(2);
		await send("zigbee2mqtt/bell", { action: "double" }, { retain: true });
		expect(facts("button.pressed").map((fact) => "action" in fact && fact.action)).toEqual(["single", "single", "double"]);
	});

	it("a tag: once while it is before the reader, also across a restart; a scanner's tags are scans", async () => {
		const tag = (idHex: string) => ({ data: { antenna: 1, idHex }, timestamp: new Date().toISOString() });
		for (let n = 0; n < 5; n += 1) await send("gate/tags", tag("3034257BF7194E4000001A85"));
		await send("gate/tags", tag("3034257bf7194e4000001a86"));
		expect(facts("tag.seen").map((fact) => "epc" in fact && fact.epc)).toEqual(["3034257BF7194E4000001A85", "3034257BF7194E4000001A86"]);
		await close();
		await open();
		await send("gate/tags", tag("3034257BF7194E4000001A85"));
		await send("scans/tags", tag("3034257BF7194E4000001A99"));
		expect(facts("tag.seen")).toHaveLength(2);
	});

	it("goes to head office as notes, and one that does not know them keeps them apart", async () => {
		await send("zigbee2mqtt/door", open1);
		const [fact] = facts("door.changed");
		expect(checkRecord("notes", fact)).toMatchObject({ kind: "known" });
		expect(checkRecord("notes", { ...fact, type: "window.changed" })).toEqual({ kind: "parked", type: "window.changed" });
	});
});
