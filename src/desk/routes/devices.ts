import { z } from "zod";
import type { Alarm, DeviceStatus } from "../../words/alarm.ts";
import type { DeviceTest, DeviceTrace, DeviceWithRemedy } from "../../words/answers/devices.ts";
import type { SensorReading } from "../../words/sensor.ts";
import type { DeskLedger, KeptAlarm } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, type Route, route } from "../route.ts";
import { device, deviceTest, deviceTrace, deviceWithSensors, idIn, listOf } from "../schemas.ts";

export interface DeviceActions {
	/** Sensors of the device, where its firmware has a profile; left out: no device has any. */
	sensorsOf?(id: string): SensorReading[];
	/** Shows a person that the device works: prints a line, reads a weight, flashes a label, by its family. */
	testDevice(id: string): Promise<DeviceTest>;
	/** The bytes on its cable after step `after`; undefined for a device without a port of its own. */
	traceDevice?(id: string, after: number): DeviceTrace | undefined;
	restartDevice(id: string): Promise<void>;
}

const byId = z.strictObject({ id: idIn });

/** `inWords` puts an alarm into the reader's language; the device's remedy is that of its alarm. */
export function deviceRoutes(
	ledger: DeskLedger,
	actions: DeviceActions,
	inWords: (kept: KeptAlarm, languages: string | undefined) => Alarm,
): Route[] {
	const { read } = ledger;
	const known = (id: string): DeviceStatus => {
		const found = read.devices.get(id);
		if (!found) throw new Problem("device-unknown", `No device has the name ${id}.`);
		return found;
	};
	const withRemedy = (status: DeviceStatus, alarms: KeptAlarm[], languages: string | undefined): DeviceWithRemedy => {
		const about = alarms.find((each) => each.subject === status.id && each.code === status.trouble);
		const said = about && inWords(about, languages);
		return { ...status, remedy: said ? { what: said.what, do: said.do } : null };
	};
	return [
		route({
			method: "GET",
			url: "/api/v1/devices",
			room: "devices",
			right: "devices.read",
			summary: "Every device with its state, and the remedy where it is in trouble",
			answers: { 200: listOf(device) },
			problems: [],
			run: ({ request }) => {
				const alarms = read.alarms.list();
				return json({ items: read.devices.list().map((each) => withRemedy(each, alarms, request.headers["accept-language"])) });
			},
		}),
		route({
			method: "GET",
			url: "/api/v1/devices/{id}",
			room: "devices",
			right: "devices.read",
			summary: "One device, with its sensors where its firmware has a profile",
			path: byId,
			answers: { 200: deviceWithSensors },
			problems: [404],
			run: ({ path, request }) => {
				const found = withRemedy(known(path.id), read.alarms.list(), request.headers["accept-language"]);
				return json({ ...found, sensors: actions.sensorsOf?.(path.id) ?? [] });
			},
		}),
		...deviceActRoutes(actions, known, (id, languages) => withRemedy(known(id), read.alarms.list(), languages)),
	];
}

/** `known` throws for a device that is not there; `shown` is the device as it is sent. */
function deviceActRoutes(
	actions: DeviceActions,
	known: (id: string) => DeviceStatus,
	shown: (id: string, languages: string | undefined) => DeviceWithRemedy,
): Route[] {
	return [
		route({
			method: "POST",
			url: "/api/v1/devices/{id}/test",
			room: "devices",
			right: "devices.write",
			summary: "Lets the device do something a person can see or hear",
			path: byId,
			answers: { 200: deviceTest },
			problems: [404, 409, 503],
			run: async ({ path }) => json(await inTime(actions.testDevice(known(path.id).id))),
		}),
		route({
			method: "GET",
			url: "/api/v1/devices/{id}/trace",
			room: "devices",
			right: "devices.write",
			summary: "The bytes that pass between the gateway and a device, for a quarter of a minute after each question; card numbers masked",
			path: byId,
			query: z.strictObject({ after: z.coerce.number().int().min(0).default(0) }),
			answers: { 200: deviceTrace },
			problems: [404, 409],
			run: ({ path, query }) => {
				const page = actions.traceDevice?.(known(path.id).id, query.after);
				if (!page) throw new Problem("device-without-port", `${path.id} has no cable or address of its own here.`);
				return json(page);
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/devices/{id}/restart",
			room: "devices",
			right: "devices.write",
			summary: "Closes the device's port and opens it again; nothing else stops",
			path: byId,
			answers: { 200: device },
			problems: [404, 409, 503],
			run: async ({ path, request }) => {
				await inTime(actions.restartDevice(known(path.id).id));
				return json(shown(path.id, request.headers["accept-language"]));
			},
		}),
	];
}

/** A dead cable must not keep a browser's request open for ever. */
async function inTime<T>(work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Problem("device-busy")), limits.requestMs);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
