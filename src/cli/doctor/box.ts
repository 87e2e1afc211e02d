/** The gateway as it is installed on this machine: configuration, secrets, certificates, ports, owners, groups, drivers. */
import { X509Certificate } from "node:crypto";
import { accessSync, constants, existsSync, lstatSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { backupFolder, keptBackups } from "../../access/box/backup-shelf.ts";
import { livingHolder } from "../../access/files/process-stamp.ts";
import { accountsFile } from "../../broker/access/accounts-file.ts";
import { ConfigWrong, checkConfig, loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { loadFaces } from "../../faces/template.ts";
import { readBox } from "../../trust/box.ts";
import { type Check, right, unknown, wrong } from "./check.ts";

/** The configuration where it can be read; without one, the checks that need it are left out. */
export function readConfiguration(file: string): { config: Config | undefined; checks: Check[] } {
	let config: Config | undefined;
	try {
		config = loadConfig(file);
		const probes = { accounts: (path: string) => accountsFile(path).load(), faces: (folder: string | undefined) => void loadFaces(folder) };
		const { store, devices } = checkConfig(file, probes);
		return { config, checks: [right("configuration", file, `store ${store}, ${devices.length} devices`)] };
	} catch (error) {
		if (!(error instanceof ConfigWrong)) throw error;
		const act = `Correct it, then: gondola config check ${file}`;
		// A file that only this user may not read is no fault of the configuration.
		const isMine = (what: string): boolean => process.getuid?.() !== 0 && /this user may not|EACCES/.test(what);
		const checkOf = (what: string): Check =>
			isMine(what)
				? unknown("configuration", file, what, "Run it as root: sudo gondola doctor")
				: wrong("configuration", "RED", file, what, act);
		return { config, checks: error.sentences.map(checkOf) };
	}
}

/** The process number of the gateway that runs on this data directory. */
export function runningGateway(data: string): number | undefined {
	try {
		return livingHolder(readFileSync(join(data, "running.pid"), "utf8"));
	} catch {
		return undefined;
	}
}

/** Throws the system's error where this user may not read the data directory; otherwise its files would seem to be missing. */
export function mayLookInto(data: string): void {
	if (existsSync(data)) accessSync(data, constants.R_OK | constants.X_OK);
}

export function secretChecks(config: Config): Check[] {
	const { data, hq } = config;
	mayLookInto(data);
	mayLookInto(join(data, "secrets"));
	if (!existsSync(data)) return [unknown("secrets", data, "the gateway has not run yet")];
	if (hq === undefined) return [right("secrets", "head office", "none is configured; the store stands alone")];
	const box = readBox(data);
	if (!box)
		return [
			wrong(
				"secrets",
				"YELLOW",
				"head office",
				"this box was never enrolled with a key.",
				"Ask head office for a code, then: gondola enroll CODE",
			),
		];
	if (box.store !== config.store)
		return [
			wrong(
				"secrets",
				"RED",
				"head office",
				`this box is enrolled as store ${box.store}, the configuration says ${config.store}.`,
				"Correct the store, or enroll again: gondola enroll CODE",
			),
		];
	return [right("secrets", "head office", `enrolled as store ${box.store} since ${box.enrolledAt.slice(0, 10)}`)];
}

const dayMs = 86_400_000;

/** Proved backups of the last 24 hours. A gateway that is set up today has none yet. */
export function backupChecks(config: Config): Check[] {
	if (!config.backup.nightly) return [unknown("backup", "nightly", "is switched off (backup.nightly)")];
	mayLookInto(config.data);
	const folder = backupFolder(config);
	const [newest] = keptBackups(folder, config.store);
	const act = "gondola backup FILE --prove tries it at once, and says why not";
	if (!newest) {
		const isNew = !existsSync(config.data) || Date.now() - statSync(config.data).birthtimeMs < dayMs;
		if (isNew) return [unknown("backup", "nightly", `none yet; the first comes at ${config.backup.at} or ten minutes after the start`)];
		return [wrong("backup", "YELLOW", "nightly", `no proved backup is in ${folder}.`, act)];
	}
	const ageMs = Date.now() - Date.parse(newest.at);
	const said = `the newest proved one is of ${newest.at} (${newest.events} events)`;
	return [ageMs < dayMs ? right("backup", "nightly", said) : wrong("backup", "YELLOW", "nightly", `${said}, older than 24 hours.`, act)];
}

const warnDays = 30;

export function certificateChecks({ hq, broker, desk, data }: Config): Check[] {
	mayLookInto(data);
	mayLookInto(join(data, "secrets"));
	const own = desk.tls === undefined ? join(data, "secrets", "desk.crt") : undefined;
	const named: [string, string | undefined][] = [
		["hq.caFile", hq?.caFile],
		["hq.certFile", hq?.certFile],
		["broker.tls.certFile", broker.tls?.certFile],
		["broker.tls.caFile", broker.tls?.caFile],
		["desk.tls.certFile", desk.tls?.certFile],
		["desk", own !== undefined && existsSync(own) ? own : undefined],
	];
	return named.flatMap(([setting, file]) => {
		if (file === undefined || !existsSync(file)) return [];
		const { validTo } = new X509Certificate(readFileSync(file, "utf8"));
		const days = Math.floor((Date.parse(validTo) - Date.now()) / 86_400_000);
		const day = new Date(validTo).toISOString().slice(0, 10);
		if (days >= warnDays) return [right("certificates", setting, `good until ${day}`)];
		const isOwn = setting === "desk";
		const act = isOwn ? "systemctl restart gondola makes another one" : `Put a new one in the place of ${file}`;
		return [
			wrong(
				"certificates",
				days < 0 ? "RED" : "YELLOW",
				setting,
				days < 0 ? `expired on ${day}.` : `expires in ${days} days, on ${day}.`,
				act,
			),
		];
	});
}

/** While the gateway runs, its ports must answer; else, they must be free. */
export async function portChecks({ desk, broker }: Config, isRunning: boolean): Promise<Check[]> {
	const wanted: [string, string, number][] = [
		["desk.port", desk.host, desk.port],
		...(broker.plain ? [["broker.port", broker.host, broker.port] as [string, string, number]] : []),
		...(broker.tls ? [["broker.tls.port", broker.host, broker.tls.port] as [string, string, number]] : []),
		...(broker.websocket ? [["broker.websocket.port", broker.host, broker.websocket.port] as [string, string, number]] : []),
	];
	return Promise.all(
		wanted
			.filter(([, , port]) => port !== 0)
			.map(async ([setting, host, port]) => {
				const near = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
				if (isRunning)
					return (await reach(near, port)) === undefined
						? right("ports", setting, `${host}:${port} answers`)
						: wrong("ports", "RED", setting, `the gateway runs, but nobody answers at ${host}:${port}.`, "systemctl restart gondola");
				const fault = await bind(host, port);
				if (fault === undefined) return right("ports", setting, `${host}:${port} is free`);
				if (fault === "EADDRINUSE")
					return wrong(
						"ports",
						"RED",
						setting,
						`another program listens on ${host}:${port}.`,
						`ss -ltnp "sport = :${port}" names it; stop it, or set ${setting}`,
					);
				if (fault === "EACCES") return unknown("ports", setting, `only root may listen on ${port}; the service may`);
				return wrong(
					"ports",
					"RED",
					setting,
					`nobody can listen on ${host}:${port} (${fault}).`,
					"ip address lists this machine's addresses; correct the host",
				);
			}),
	);
}

/** Undefined when something answers there within two seconds; otherwise the system's error code. */
export function reach(host: string, port: number, withinMs = 2_000): Promise<string | undefined> {
	return new Promise((resolve) => {
		const socket = connect({ host, port, timeout: withinMs });
		const end = (fault: string | undefined): void => {
			socket.destroy();
			resolve(fault);
		};
		socket.once("connect", () => end(undefined));
		socket.once("timeout", () => end("ETIMEDOUT"));
		socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
	});
}

function bind(host: string, port: number): Promise<string | undefined> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
		server.listen(port, host, () => server.close(() => resolve(undefined)));
	});
}

/** Everything in the data directory must have the directory's owner; otherwise the gateway cannot write it. */
export function ownerChecks(data: string): Check[] {
	if (!existsSync(data)) return [unknown("owners", data, "the gateway has not run yet")];
	const { uid } = statSync(data);
	const folders = [data, join(data, "secrets")].filter((folder) => existsSync(folder));
	const others = folders
		.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
		.filter((file) => lstatSync(file).uid !== uid);
	const account = nameOf("/etc/passwd", uid);
	const service = idOf("/etc/passwd", "gondola");
	const checks: Check[] = [];
	if (others.length > 0)
		checks.push(
			wrong(
				"owners",
				"RED",
				data,
				`${others[0]}${others.length > 1 ? ` and ${others.length - 1} others do` : " does"} not belong to ${account}, as the directory does.`,
				`chown -R --reference=${data} ${data}`,
			),
		);
	if (data === "/var/lib/gondola" && service !== undefined && uid !== service)
		checks.push(wrong("owners", "RED", data, `it belongs to ${account}; the service runs as gondola.`, `chown -R gondola: ${data}`));
	return checks.length > 0 ? checks : [right("owners", data, `everything belongs to ${account}`)];
}

const rowsOf = (file: string): string[][] =>
	existsSync(file)
		? readFileSync(file, "utf8")
				.split("\n")
				.map((line) => line.split(":"))
		: [];
const nameOf = (file: string, id: number): string => rowsOf(file).find((row) => Number(row[2]) === id)?.[0] ?? String(id);
const idOf = (file: string, name: string): number | undefined => {
	const row = rowsOf(file).find((each) => each[0] === name);
	return row && Number(row[2]);
};

/** Groups that the unit gives the service beside its own. */
const serviceGroups = ["gondola", "dialout", "lp"];

/** Whether the service's user may use a device file, by its owner, group and mode; undefined where it may. */
export function rightsFault(file: string, { uid, gid, mode }: Pick<Stats, "uid" | "gid" | "mode">): string | undefined {
	const service = idOf("/etc/passwd", "gondola");
	const group = nameOf("/etc/group", gid);
	if ((mode & 0o006) === 0o006 || (service !== undefined && uid === service && (mode & 0o600) === 0o600)) return undefined;
	if ((mode & 0o060) === 0o060 && serviceGroups.includes(group)) return undefined;
	if (/hidraw/.test(file)) return "udevadm control --reload && udevadm trigger gives it to the group gondola (70-gondola.rules)";
	if ((mode & 0o060) === 0o060 && group !== "root") return `usermod -aG ${group} gondola && systemctl restart gondola`;
	return `chgrp dialout ${file} && chmod 660 ${file}; for good: a rule in /etc/udev/rules.d/71-store.rules`;
}

/** Serial cables whose driver is not loaded, by the maker of their chip. */
const drivers: Readonly<Record<string, string>> = { "0403": "ftdi_sio", "10c4": "cp210x", "1a86": "ch341", "067b": "pl2303" };

export function driverChecks(root = "/"): Check[] {
	const folder = join(root, "sys/bus/usb/devices");
	const checks: Check[] = [];
	for (const name of existsSync(folder) ? readdirSync(folder) : []) {
		const file = join(folder, name, "idVendor");
		const vendor = existsSync(file) ? readFileSync(file, "latin1").trim() : "";
		const module = drivers[vendor];
		if (module === undefined) continue;
		const parts = readdirSync(folder).filter((each) => each.startsWith(`${name}:`));
		if (parts.some((each) => existsSync(join(folder, each, "driver")))) checks.push(right("drivers", name, `${module} drives it`));
		else
			checks.push(
				wrong("drivers", "RED", name, `the USB cable (${vendor}) has no driver.`, `modprobe ${module} && systemctl restart gondola`),
			);
		if (vendor === "1a86" && existsSync(join(root, "usr/bin/brltty")))
			checks.push(wrong("drivers", "YELLOW", "brltty", "it takes such cables for a Braille display.", "apt-get remove brltty"));
	}
	return checks.length > 0 ? checks : [right("drivers", "USB cables", "none is without its driver")];
}
