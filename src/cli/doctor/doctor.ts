import { existsSync } from "node:fs";
import { deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { configFile, thisBox } from "../verb/box.ts";
import { json } from "../verb/output.ts";
import { paint } from "../verb/paint.ts";
import { read, say, type Verb } from "../verb/verb.ts";
import {
	backupChecks,
	certificateChecks,
	driverChecks,
	ownerChecks,
	portChecks,
	readConfiguration,
	runningGateway,
	secretChecks,
} from "./box.ts";
import { type Check, checksOf } from "./check.ts";
import { deviceChecks } from "./devices.ts";
import { askGateway, ledgerChecks } from "./gateway.ts";
import { lineChecks } from "./line.ts";
import { clockChecks, diskChecks, memoryChecks, powerChecks } from "./machine.ts";

const usage = `gondola doctor: looks at this box, also with a dead gateway: what is right (✓), what is wrong (✗), and the one thing to do

  Exit code 1 where something is wrong that customers notice (RED).
${deskUsage}`;

export const doctor: Verb = {
	summary: "what is wrong on this box, and the fix",
	usage,
	async run(args) {
		const given = read(args, usage, deskOptions, 0);
		if (typeof given === "number") return given;
		const { url, token, config } = given.values;
		const checks = await examine(await deskUrl(url), token, configFile(config));
		const found = checks.filter(({ state }) => state === "wrong");
		if (given.values.json) json({ findings: found.map(findingOf), checks });
		else report(checks, found);
		return found.some(({ level }) => level === "RED") ? 1 : 0;
	},
};

/** A finding of the doctor, without the area. */
const findingOf = ({ level, about, what, do: act, healsByItself }: Check) => ({ level, about, what, do: act, healsByItself });

/** Checks the gateway at `base`; where it runs on this machine, the machine and its installation too. */
export async function examine(base: string, token: string | undefined, file: string): Promise<Check[]> {
	const own = await thisBox();
	const isOwn = existsSync(file) && (own === undefined || new URL(own.url).origin === new URL(base).origin);
	const gateway = await askGateway(base, token, isOwn);
	if (!isOwn) return gateway.checks;
	const { config, checks } = readConfiguration(file);
	const machine = [
		...(await checksOf("clock", () => clockChecks())),
		...(await checksOf("memory", () => memoryChecks())),
		...(await checksOf("power", () => powerChecks())),
	];
	if (config === undefined) return [...checks, ...machine, ...gateway.checks];
	const { data, devices } = config;
	const isRunning = runningGateway(data) !== undefined;
	const cables = await checksOf("devices", () => deviceChecks(devices, gateway.answers));
	// The gateway reports the same device in more detail.
	const said = new Set(gateway.checks.filter(({ state }) => state === "wrong").map(({ about }) => about));
	return [
		...checks,
		...(await checksOf("secrets", () => secretChecks(config))),
		...(await checksOf("certificates", () => certificateChecks(config))),
		...(await checksOf("owners", () => ownerChecks(data))),
		...(await checksOf("ports", () => portChecks(config, isRunning))),
		...(await checksOf("drivers", () => driverChecks())),
		...machine,
		...(await checksOf("disk", () => diskChecks(data))),
		...(await checksOf("backup", () => backupChecks(config))),
		...(await checksOf("head office", () => lineChecks(config))),
		...cables.filter(({ about }) => !said.has(about)),
		...gateway.checks,
		...(await checksOf("ledger", () => ledgerChecks(data, gateway.answers))),
	];
}

const marks = { right: "✓", wrong: "✗", unknown: "·" } as const;

function report(checks: readonly Check[], found: readonly Check[]): void {
	for (const { area, about, state, level, what, do: act, healsByItself } of checks) {
		say(`${paint(marks[state])} ${level === undefined ? "" : `${paint(level)} `}${area === about ? area : `${area}: ${about}`}  ${what}`);
		if (act !== undefined) say(`    → ${act}${healsByItself === true ? " (it will also be tried again by itself)" : ""}`);
	}
	const reds = found.filter(({ level }) => level === "RED").length;
	say(found.length === 0 ? "nothing is wrong" : `${found.length} wrong, ${reds} of them RED`);
}
