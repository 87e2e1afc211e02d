import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { arch, freemem, release, totalmem, uptime } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { loadConfig } from "../../config/load.ts";
import { version } from "../../daemon/version.ts";
import type { Alarm, DeviceStatus } from "../../words/alarm.ts";
import { defined } from "../../words/defined.ts";
import { ask, askText, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { configFile } from "../verb/box.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import {
	alarmsPart,
	boxPart,
	configurationPart,
	devicesPart,
	doctorPart,
	ledgerPart,
	logPart,
	type Manifest,
	manifestOf,
	metricsPart,
	type Part,
	statusPart,
} from "./bundle.ts";
import { examine } from "./doctor.ts";

const usage = `gondola diagnostics           shows what a bundle would hold, and writes nothing
gondola diagnostics FILE      writes it: a .tar.gz for whoever helps, without names, addresses, prices and secrets of the store

${deskUsage}`;

const run = promisify(execFile);
const logLines = 2_000;

export const diagnostics: Verb = {
	summary: "a redacted bundle for whoever helps; shows first what it holds",
	usage,
	async run(args) {
		const given = read(args, usage, deskOptions);
		if (typeof given === "number") return given;
		const [file, ...more] = given.words;
		if (more.length > 0) return fail(2, `name one file.\n${usage}`);
		const { url, token, config, json: asJson = false } = given.values;
		const { parts, leftOut } = await gather(await deskUrl(url), token, configFile(config));
		const manifest = manifestOf(parts, leftOut, new Date().toISOString());
		if (file !== undefined)
			await write(resolve(file), [...parts, { name: "manifest.json", text: `${JSON.stringify(manifest, null, "\t")}\n` }]);
		if (asJson) return json({ ...manifest, ...defined({ file }) });
		say(inWords(manifest));
		say(
			file === undefined
				? "\nNothing was written. Write it with: gondola diagnostics FILE.tar.gz"
				: `\n${file} is written. Look into it before you send it: tar -tzf ${file}`,
		);
		return 0;
	},
};

function inWords({ files, leftOut }: Manifest): string {
	const rows = files.map(({ name, bytes, holds }) => [name, `${Math.ceil(bytes / 1_000)} kB`, holds]);
	const missing = leftOut.map(({ name, why }) => `not in it: ${name} (${why})`);
	return [table(["file", "size", "holds"], rows), ...missing].join("\n");
}

/** Makes each part by itself: a part that fails is left out and listed. */
async function gather(base: string, token: string | undefined, file: string): Promise<{ parts: Part[]; leftOut: Manifest["leftOut"] }> {
	const parts: Part[] = [];
	const leftOut: Manifest["leftOut"] = [];
	const add = async (name: string, make: () => string | Promise<string>): Promise<void> => {
		try {
			parts.push({ name, text: await make() });
		} catch (error) {
			leftOut.push({ name, why: (error as Error).message.split("\n")[0]!.slice(0, 120) });
		}
	};
	await add("box.json", () =>
		boxPart({
			...{ version, runtime: process.version, system: release(), processor: arch(), uptimeSeconds: Math.round(uptime()) },
			...{ memoryMegabytes: Math.round(totalmem() / 1e6), freeMegabytes: Math.round(freemem() / 1e6) },
		}),
	);
	await add("doctor.json", async () => doctorPart(await examine(base, token, file)));
	await add("configuration.json", () => {
		if (!existsSync(file)) throw new Error("there is no configuration on this machine");
		return configurationPart(loadConfig(file));
	});
	await add("status.json", async () => statusPart(await ask(base, "/api/v1/status", { token })));
	await add("devices.json", async () =>
		devicesPart(await everyItem<DeviceStatus>("/api/v1/devices", (path) => ask(base, path, { token }))),
	);
	await add("alarms.json", async () => alarmsPart((await ask<{ items: Alarm[] }>(base, "/api/v1/alarms", { token })).items));
	await add("metrics.txt", async () => metricsPart(await askText(base, "/metrics", token)));
	await add("ledger.json", async () => {
		const { glanceAtLedger } = await import("../../ledger/file/glance.ts");
		return ledgerPart(glanceAtLedger(loadConfig(file).data));
	});
	await add("log.jsonl", async () => {
		const { stdout } = await run("journalctl", ["-u", "gondola", "-n", String(logLines), "-o", "cat"], { maxBuffer: 32e6 });
		return logPart(stdout);
	});
	// A reason may contain a file name or an address of the store; the sentence before it is enough.
	return { parts, leftOut: leftOut.map(({ name, why }) => ({ name, why: why.replace(/\S*[\d@/]\S*/g, "…") })) };
}

/** The archive is written whole or not at all, and only its owner can read it. */
async function write(file: string, parts: readonly Part[]): Promise<void> {
	process.umask(0o077);
	const folder = mkdtempSync(join(dirname(file), ".diagnostics-"));
	try {
		for (const { name, text } of parts) writeFileSync(join(folder, name), text);
		const made = join(folder, "bundle.part");
		await run("tar", ["-czf", made, "--owner=0", "--group=0", "-C", folder, ...parts.map(({ name }) => name)]);
		renameSync(made, file);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
