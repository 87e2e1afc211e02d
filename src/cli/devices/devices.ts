import { existsSync } from "node:fs";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { realOf } from "../setup/found-devices.ts";
import { devices as list } from "../store/lists.ts";
import { deskOptions } from "../verb/ask.ts";
import { configFile } from "../verb/box.ts";
import { json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { type BoxDevice, boxDevices } from "./box-devices.ts";
import { learn, writeSheet } from "./learn.ts";
import { askMdns } from "./mdns.ts";
import { testDevice } from "./test-device.ts";

const usage = `gondola devices               every configured device, how it is, and since when
gondola devices scan          what hangs on this machine and what it probably is; nothing is opened, nothing beeps
gondola devices test ID       lets a device show that it works: a printer prints, and says how it can confirm
gondola devices learn ID      three codes of a sheet tell how a scanner is set, also one that types as a keyboard; writes it
gondola devices learn --sheet FILE.svg   that sheet, to print or to show on a screen

  --dry-run      learn: says what it would write
  --no-network   scan: only cables; else printers and labels on the network are asked who they are, for two seconds
${list.usage.split("\n").slice(2).join("\n")}`;

const listenForMs = 2_000;
const ownWords = ["scan", "test", "learn", "--no-network", "--dry-run", "--sheet"];

export const devices: Verb = {
	summary: list.summary,
	usage,
	run(args) {
		// The list has filters of its own.
		if (!args.some((word) => ownWords.includes(word))) return list.run(args);
		const given = read(args, usage, {
			...deskOptions,
			"no-network": { type: "boolean" },
			"dry-run": { type: "boolean" },
			sheet: { type: "string" },
		});
		if (typeof given === "number") return Promise.resolve(given);
		const { values, words } = given;
		const [act, id, ...more] = words;
		if (act === undefined) return values["no-network"] ? Promise.resolve(fail(2, usage)) : list.run(args);
		if (act === "scan" && id === undefined) return scan(values["no-network"] ?? false, configFile(values.config), values.json ?? false);
		if (act === "test" && id !== undefined && more.length === 0) return testDevice(id, values);
		if (act === "learn" && id === undefined && values.sheet !== undefined) return writeSheet(values.sheet);
		if (act === "learn" && id !== undefined && more.length === 0) return learn(id, configFile(values.config), values);
		return Promise.resolve(fail(2, usage));
	},
};

async function scan(isCablesOnly: boolean, file: string, asJson: boolean): Promise<number> {
	const network = isCablesOnly ? [] : await askMdns(listenForMs).catch(() => undefined);
	const configured = configuredAt(file);
	const items = [...boxDevices(), ...(network ?? [])].map((each) => ({ ...each, configured: configured(each) ?? null }));
	if (asJson) return json({ items });
	if (network === undefined) process.stderr.write("gondola: the network could not be asked; these are the cables only.\n");
	if (items.length === 0) {
		say("Nothing was found. A scanner that types like a keyboard is not seen: scan its set-up code for a serial port or USB HID POS.");
		return 0;
	}
	const row = (each: BoxDevice & { configured: string | null }): string[] => [
		each.at,
		each.configured ?? "–",
		each.name,
		`${each.isSure || each.family === null ? "" : "perhaps "}${each.probably}`,
	];
	say(table(["at", "configured as", "name", "probably"], items.map(row)));
	return 0;
}

/** Which device of the configuration is at a place, by the file behind each name; none where the configuration cannot be read. */
function configuredAt(file: string): (found: BoxDevice) => string | undefined {
	let named: Config["devices"] = [];
	try {
		if (existsSync(file)) named = loadConfig(file).devices;
	} catch {
		// `config check` says what is wrong with it.
	}
	const places = new Map(
		named.flatMap((device): [string, string][] => {
			if ("port" in device && typeof device.port === "string") return [[realOf(device.port), device.id]];
			if (!("host" in device) || device.host === undefined) return [];
			const tcpPort = "tcpPort" in device ? device.tcpPort : undefined;
			return [[tcpPort === undefined || device.host.includes(":") ? device.host : `${device.host}:${tcpPort}`, device.id]];
		}),
	);
	return ({ at }) => places.get(realOf(at));
}
