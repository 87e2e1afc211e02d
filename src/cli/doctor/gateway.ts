/** Reports of the running gateway; where it does not answer, the content of its ledger. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { alarmInWords } from "../../daemon/alarm-words.ts";
import type { Alarm, DeviceStatus } from "../../words/alarm.ts";
import { ask, Refused } from "../verb/ask.ts";
import { everyItem } from "../verb/pages.ts";
import { mayLookInto } from "./box.ts";
import { type Check, right, unknown, wrong } from "./check.ts";

interface Refusal {
	why: string;
	client: string;
	address: string;
	count: number;
	lastAt: string;
}

export interface GatewayLook {
	answers: boolean;
	checks: Check[];
}

/** Alarms, devices, and the broker's refusals, from the running gateway. `isOwn`: it is this machine's, so its log can be read here. */
export async function askGateway(base: string, token: string | undefined, isOwn: boolean): Promise<GatewayLook> {
	try {
		const { items } = await ask<{ items: Alarm[] }>(base, "/api/v1/alarms", { token });
		const checks = [right("gateway", "daemon", `answers at ${base}`), ...items.map(alarmCheck)];
		return { answers: true, checks: [...checks, ...(await deviceStates(base, token, items)), ...(await refusals(base, token))] };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		if (error.status !== 0 && error.code !== "no-gondola")
			return {
				answers: true,
				checks: [wrong("gateway", "RED", "gateway", error.message, "Run it as root, or name a token with --token-file F")],
			};
		const act = isOwn
			? "systemctl restart gondola; why it ended: journalctl -u gondola -n 50"
			: "Look at its log: journalctl -u gondola -n 50";
		return { answers: false, checks: [wrong("gateway", "RED", "gateway", error.message, act)] };
	}
}

const alarmCheck = (alarm: Pick<Alarm, "level" | "subject" | "what" | "do" | "healsByItself">): Check => ({
	...wrong("alarms", alarm.level, alarm.subject, alarm.what, alarm.do),
	healsByItself: alarm.healsByItself,
});

/** Devices in trouble without an alarm of their own; an alarm would repeat the trouble in more words. */
async function deviceStates(base: string, token: string | undefined, alarms: Alarm[]): Promise<Check[]> {
	const devices = await everyItem<DeviceStatus>("/api/v1/devices", (path) => ask(base, path, { token }));
	return devices.flatMap(({ id, family, state, trouble, address, detail }) => {
		if (alarms.some(({ subject }) => subject === id)) return [];
		if (family === "fiscal" && state === "well" && detail["practice"] === true)
			return [
				wrong("devices", "BLUE", id, "signs for practice: its codes make no fiscal receipt.", "Before you sell, name a certified device"),
			];
		if (state === "well") return [right("devices", id, `works${address ? ` (${address})` : ""}`)];
		if (state === "starting") return [unknown("devices", id, "is being opened")];
		return [wrong("devices", "YELLOW", id, `is ${state}${trouble ? `: ${trouble}` : ""}.`, `Check its power and its cable`)];
	});
}

async function refusals(base: string, token: string | undefined): Promise<Check[]> {
	try {
		const { items, refused } = await ask<{ items: unknown[]; refused: Refusal[] }>(base, "/api/v1/broker/clients", { token });
		if (refused.length === 0) return [right("broker", "MQTT clients", `${items.length} connected, none refused since the start`)];
		return refused
			.slice(0, 20)
			.map(({ client, address, why, count, lastAt }) =>
				wrong(
					"broker",
					"BLUE",
					client,
					`was refused ${count} ${count === 1 ? "time" : "times"}, last at ${lastAt}, from ${address}.`,
					`${why.charAt(0).toUpperCase()}${why.slice(1)}`,
				),
			);
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return [unknown("broker", "MQTT clients", error.message)];
	}
}

/** Dead letters; for a gateway that does not answer also its open alarms. */
export async function ledgerChecks(data: string, answers: boolean): Promise<Check[]> {
	mayLookInto(data);
	if (!existsSync(join(data, "ledger.db"))) return [unknown("ledger", data, "there is no ledger yet: the gateway has not run")];
	const { glanceAtLedger } = await import("../../ledger/file/glance.ts");
	const { events, factsWaiting, alarms, deadLetters } = glanceAtLedger(data);
	const checks = [right("ledger", data, `events: ${events}; facts that wait for head office: ${factsWaiting}`)];
	if (!answers)
		for (const alarm of alarms)
			checks.push(
				alarmCheck({ ...alarm, ...alarmInWords(alarm, "en"), what: `${alarmInWords(alarm, "en").what} (said before it stopped)` }),
			);
	if (deadLetters.length === 0) checks.push(right("dead letters", "records of head office", "none"));
	for (const { stream, code, count, why } of deadLetters)
		checks.push(
			wrong(
				"dead letters",
				"YELLOW",
				`${stream} ${code}`,
				`${count} of head office's records could not take effect: ${why}.`,
				"Tell head office; it keeps them, and can send them again",
			),
		);
	return checks;
}
