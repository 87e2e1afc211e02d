/**
 * Where the gateway listens and which ports its devices use: finds settings that conflict, and addresses that this machine does not
 * have.
 */
import { networkInterfaces } from "node:os";
import type { Fault } from "./load.ts";
import type { Config } from "./schema.ts";

interface Listener {
	/** The setting that says the port. */
	path: string[];
	host: string;
	port: number;
}

function listenersOf({ broker, desk, epos, raw }: Config): Listener[] {
	const { host, port, plain, tls, websocket } = broker;
	return [
		{ path: ["desk", "port"], host: desk.host, port: desk.port },
		...(plain ? [{ path: ["broker", "port"], host, port }] : []),
		...(tls ? [{ path: ["broker", "tls", "port"], host, port: tls.port }] : []),
		...(epos?.ports ?? []).map((each) => ({ path: ["epos", "ports"], host: epos!.host, port: each })),
		...Object.entries(raw?.printers ?? {}).map(([id, each]) => ({ path: ["raw", "printers", id], host: raw!.host, port: each })),
		...(websocket ? [{ path: ["broker", "websocket", "port"], host, port: websocket.port }] : []),
	];
}

/** Whether a listener is bound to every network of the machine. */
export const isEverywhere = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** Two listeners on one port of one address: the second would not open. Port 0 is any free one. */
export function listenerFaults(config: Config): Fault[] {
	const listeners = listenersOf(config);
	return listeners.flatMap(({ path, host, port }, at) => {
		const first = listeners
			.slice(0, at)
			.find((other) => other.port === port && (other.host === host || isEverywhere(other.host) || isEverywhere(host)));
		if (!first || port === 0) return [];
		return [{ path, sentence: `${path.join(".")} is ${port}, and so is ${first.path.join(".")}; give each a port of its own.` }];
	});
}

/** An address to listen on that is none of this machine's. A name is left to the resolver. */
export function addressFaults({ broker, desk }: Config): Fault[] {
	const own = new Set(Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)));
	return [
		{ path: ["desk", "host"], host: desk.host },
		{ path: ["broker", "host"], host: broker.host },
	].flatMap(({ path, host }) => {
		const isAddress = /^[\d.]+$|:/.test(host);
		if (!isAddress || isEverywhere(host) || /^127\.|^::1$/.test(host) || own.has(host)) return [];
		const names = [...own].filter((address) => !/^(127\.|::1|fe80:)/.test(address)).join(", ");
		return [{ path, sentence: `${path.join(".")} is ${host}, which is no address of this machine${names ? `; it has ${names}.` : "."}` }];
	});
}

/** Two devices on one cable, or at one address: neither would get its own answers. Modbus transmitters share a line by their addresses. */
export function sharedPortFaults(devices: Config["devices"]): Fault[] {
	const taken = new Map<string, Config["devices"]>();
	return devices.flatMap((device, at) => {
		const place = placeOf(device);
		if (place === undefined) return [];
		const others = taken.get(place) ?? [];
		taken.set(place, [...others, device]);
		const path = ["devices", at];
		return others
			.map((other) => shareFault(device, other, place))
			.filter((sentence) => sentence !== undefined)
			.slice(0, 1)
			.map((sentence) => ({ path, sentence }));
	});
}

const lineSettings = ["baudRate", "dataBits", "parity", "stopBits"] as const;

/** Why two devices cannot be at one place; undefined: they can. */
function shareFault(device: Config["devices"][number], other: Config["devices"][number], place: string): string | undefined {
	if (device.protocol !== "modbus-rtu" || other.protocol !== "modbus-rtu")
		return `${device.id} is on ${place}, where ${other.id} is already; each device needs a port of its own.`;
	const [mine, theirs] = [device.modbus!, other.modbus!];
	if (mine.slave === theirs.slave)
		return `${device.id} and ${other.id} are both slave ${mine.slave} on ${place}; give each an address of its own (modbus.slave).`;
	const differs = lineSettings.find((setting) => device[setting] !== other[setting]);
	if (differs === undefined) return undefined;
	return `${device.id} and ${other.id} share ${place} and differ in ${differs}; a line has one, so give both the same.`;
}

function placeOf(device: Config["devices"][number]): string | undefined {
	if ("port" in device && typeof device.port === "string") return device.port;
	if (!("host" in device) || device.host === undefined) return undefined;
	return "tcpPort" in device && device.tcpPort !== undefined ? `${device.host}:${device.tcpPort}` : device.host;
}
