/** The way to head office, step by step: the first step that fails is reported, those after it are not tried. */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Config } from "../../config/schema.ts";
import { lineRemedy } from "../../daemon/line-remedy.ts";
import { lineCredentials } from "../../daemon/start/line-credentials.ts";
import { reach } from "./box.ts";
import { type Check, right, unknown, wrong } from "./check.ts";

const area = "head office";
const usualPorts: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 };
const heardWithinMs = 8_000;
/** How far HQ's clock may differ, beyond the duration of the request: more than networks need, less than a price may come early. */
const clockToleranceMs = 60_000;

type Step = { name: string; look: () => Promise<Check> };

export async function lineChecks(config: Config): Promise<Check[]> {
	const { hq } = config;
	if (hq === undefined) return [right(area, "line", "no head office is configured; the store stands alone")];
	const { protocol, hostname, port: named } = new URL(hq.url);
	const host = hostname.replace(/^\[|\]$/g, "");
	const port = named === "" ? usualPorts[protocol]! : Number(named);
	const isTls = protocol === "mqtts:" || protocol === "wss:";
	const steps: Step[] = [
		{ name: "DNS", look: () => resolveName(host) },
		{ name: "TCP", look: () => open(host, port) },
		...(isTls ? [{ name: "TLS", look: () => shakeHands(hq, host, port) }] : []),
	];
	const checks: Check[] = [];
	for (const { look } of steps) {
		checks.push(await look());
		if (checks.at(-1)!.state === "wrong") break;
	}
	const names = [...steps.map(({ name }) => name), "MQTT", "welcome", "clock"];
	if (checks.every(({ state }) => state !== "wrong")) checks.push(...(await speak(config)));
	for (const name of names.slice(checks.length)) checks.push(unknown(area, name, "not tried, because of the step before"));
	return checks;
}

const failed = (about: string, why: string): Check => wrong(area, "RED", about, `${why}.`, lineRemedy(why, "en"));

async function resolveName(host: string): Promise<Check> {
	if (isIP(host) !== 0) return right(area, "DNS", `${host} is an address, no name`);
	try {
		const found = await lookup(host, { all: true });
		return right(area, "DNS", `${host} is ${found.map(({ address }) => address).join(", ")}`);
	} catch (error) {
		return failed("DNS", `${host} cannot be resolved (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
	}
}

async function open(host: string, port: number): Promise<Check> {
	const fault = await reach(host, port, 5_000);
	return fault === undefined ? right(area, "TCP", `${host}:${port} answers`) : failed("TCP", `${host}:${port} does not answer (${fault})`);
}

function shakeHands({ caFile }: NonNullable<Config["hq"]>, host: string, port: number): Promise<Check> {
	return new Promise((resolve) => {
		const options = {
			host,
			port,
			timeout: 5_000,
			...(isIP(host) === 0 && { servername: host }),
			...(caFile !== undefined && { ca: readFileSync(caFile) }),
		};
		const socket = connect(options, () => {
			const { valid_to: until } = socket.getPeerCertificate();
			socket.destroy();
			resolve(right(area, "TLS", `its certificate is trusted${until ? `, good until ${new Date(until).toISOString().slice(0, 10)}` : ""}`));
		});
		socket.once("timeout", () => {
			socket.destroy();
			resolve(failed("TLS", "it does not answer in TLS"));
		});
		socket.once("error", (error: NodeJS.ErrnoException) => resolve(failed("TLS", `TLS: ${error.message} (${error.code ?? ""})`)));
	});
}

async function speak({ hq, tenant, store }: Config): Promise<Check[]> {
	const { probeLine } = await import("../../uplink/probe.ts");
	const heard = await probeLine({ url: hq!.url, tenant, store, credentials: lineCredentials(hq!) }, heardWithinMs);
	if ("why" in heard && !heard.isOpen) return [failed("MQTT", heard.why)];
	const lets = right(area, "MQTT", "the broker lets this box in");
	if ("why" in heard)
		return [
			lets,
			wrong(area, "RED", "welcome", `${heard.why}.`, `Ask IT whether head office runs, and knows the store: gondola hq stores`),
		];
	const welcome = right(area, "welcome", `head office answered after ${Math.round(heard.heardInMs)} ms`);
	return [lets, welcome, clockOf(heard)];
}

function clockOf({ hqAheadMs, heardInMs }: { hqAheadMs: number | undefined; heardInMs: number }): Check {
	if (hqAheadMs === undefined) return unknown(area, "clock", "this head office does not tell its clock");
	const seconds = Math.round(hqAheadMs / 1_000);
	if (Math.abs(hqAheadMs) <= clockToleranceMs + heardInMs) return right(area, "clock", `agrees within ${Math.max(1, Math.abs(seconds))} s`);
	const [ahead, by] = [seconds > 0 ? "ahead of" : "behind", Math.abs(seconds)];
	return wrong(
		area,
		"YELLOW",
		"clock",
		`head office's clock is ${by} s ${ahead} this box's.`,
		"timedatectl set-ntp true; where this box is right, tell IT",
	);
}
