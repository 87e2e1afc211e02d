import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigWrong, loadConfig, parseConfig } from "../src/config/load.ts";
import { jsonSchema, referenceText } from "../src/config/reference.ts";

const folder = resolve(import.meta.dirname, "../config");

function complaints(yaml: string): string[] {
	try {
		parseConfig(yaml, "gondola.yaml");
	} catch (error) {
		if (error instanceof ConfigWrong) return error.sentences;
		throw error;
	}
	return [];
}

const device = (...lines: string[]): string =>
	["store: a", "devices:", ...lines.map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`))].join("\n");

describe("a continuous copy", () => {
	const pin = "a".repeat(64);
	it.each([
		["a folder by half a path", "to: copies", "replica.to must be a whole path such as /mnt/nas/store-17, or tls://HOST:PORT of the spare"],
		["a box without its certificate and token", 'to: "tls://spare:8460"', "replica.pin must be set where replica.to is a box"],
		["a folder with a token", "{ to: /mnt/nas, tokenFile: /x }", "replica.tokenFile is only for tls://HOST:PORT"],
		["a way that is none", "{ to: /mnt/nas, mode: both }", "replica.mode must be one of async, sync"],
		["a setting with a slip of the pen", "{ to: /mnt/nas, waitms: 3 }", 'replica.waitms is not a setting; did you mean "waitMs"?'],
		[
			"a box on the ledger's disk",
			`{ to: "tls://spare:1", pin: ${pin}, tokenFile: /x, sameDisk: true }`,
			"replica.sameDisk is only for a folder",
		],
	])("is refused for %s", (_, replica, sentence) => {
		const text = replica.startsWith("{") ? replica : `{ ${replica} }`;
		expect(complaints(`store: a\nreplica: ${text}\n`).join("\n")).toContain(sentence);
	});

	it("is taken to a folder, and to a box with its certificate and token", () => {
		expect(complaints("store: a\nreplica: { to: /mnt/nas/store-17, mode: sync, whenAway: refuse }\n")).toEqual([]);
		expect(complaints(`store: a\nreplica: { to: "tls://[fe80::1]:8460", pin: ${pin}, tokenFile: /x }\n`)).toEqual([]);
	});
});

describe("an example store", () => {
	const examples = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

	it("comes in four sizes at least", () => {
		expect(examples).toEqual(expect.arrayContaining(["forty-labels.yaml", "gondola.example.yaml", "one-scale.yaml", "printer-only.yaml"]));
	});

	it.each(examples)("%s is a right configuration", (name) => {
		expect(loadConfig(resolve(folder, name)).store).toMatch(/./);
	});

	it("shows every family, and every group of settings that a store must think about", () => {
		const config = loadConfig(resolve(folder, "gondola.example.yaml"));
		expect(new Set(config.devices.map((each) => each.family))).toEqual(new Set(["scanner", "scale", "printer", "label"]));
		expect(config.hq && config.broker.tls && config.desk.tokenFile && config.shelves.length > 0).toBeTruthy();
	});

	it("keeps secrets in files", () => {
		for (const name of examples) expect(readFileSync(resolve(folder, name), "utf8")).not.toMatch(/^\s*(password|token|secret):/m);
	});
});

describe("the place where a store is", () => {
	it("is one of the time zone database, and no offset, which knows no summer time", () => {
		expect(parseConfig("store: a\ntimeZone: Europe/Zagreb").timeZone).toBe("Europe/Zagreb");
		expect(parseConfig("store: a").timeZone).toBeUndefined();
		for (const wrong of ["klingon", "de_AT", "%", "english please"])
			expect(complaints(`store: a\nlocale: "${wrong}"`).join()).toMatch(/locale.*de-AT/);
		expect(parseConfig("store: a\nlocale: de-CH").locale).toBe("de-CH");
		for (const wrong of ["Europe/Zagrab", "+01:00", "CEST2", ""])
			expect(complaints(`store: a\ntimeZone: "${wrong}"`).join()).toMatch(/timeZone.*Europe\/Zagreb/);
	});
});

describe("a configuration with nothing but a name", () => {
	it("lets nobody in from outside and puts the ledger where the unit keeps it", () => {
		const config = parseConfig("store: '0117'");
		expect(config).toMatchObject({
			tenant: "main",
			data: "/var/lib/gondola",
			broker: { host: "127.0.0.1", anonymousLoopback: false },
			desk: { host: "127.0.0.1" },
		});
		expect(config.devices).toEqual([]);
	});
});

describe("a wrong configuration", () => {
	it.each<[string, string, string[]]>([
		["is empty", "", ["gondola.yaml: store is missing."]],
		[
			"has a name mistyped",
			"stor: a",
			["gondola.yaml: store is missing.", 'gondola.yaml, line 1: stor is not a setting; did you mean "store"?'],
		],
		[
			"has a name in a group mistyped",
			"store: a\nbroker:\n  prot: 1883",
			['gondola.yaml, line 3: broker.prot is not a setting; did you mean "port"?'],
		],
		[
			"has a device's setting mistyped",
			device("id: s", "family: scanner", "port: /dev/ttyUSB0", "baudrate: 9600"),
			['gondola.yaml, line 6: devices[0].baudrate is not a setting; did you mean "baudRate"?'],
		],
		["has a setting nobody can guess", "store: a\nzebra: 1", ["gondola.yaml, line 2: zebra is not a setting."]],
		["writes a store number without quotes", "store: 117", ["gondola.yaml, line 1: store must be text, not a number; put it in quotes."]],
		[
			"names a store as nobody can file it",
			"store: Main Street",
			["gondola.yaml, line 1: store must be small letters, digits, _ and -, at most 32."],
		],
		["has a port beyond the last", "store: a\ndesk:\n  port: 99999", ["gondola.yaml, line 3: desk.port must be at most 65535."]],
		[
			"has too small a budget",
			"store: a\nlimits:\n  ledgerMegabytes: 1",
			["gondola.yaml, line 3: limits.ledgerMegabytes must be at least 64."],
		],
		[
			"has a group where a list should be",
			"store: a\ndevices:\n  id: s",
			["gondola.yaml, line 3: devices must be a list, not a group of settings."],
		],
		[
			"reaches HQ over the web",
			"store: a\nhq:\n  url: https://hq.example",
			["gondola.yaml, line 3: hq.url must be an address such as mqtts://hq.example:8883."],
		],
		[
			"writes a secret down",
			"store: a\nhq:\n  url: mqtts://hq.example\n  password: banana",
			['gondola.yaml, line 4: hq.password is not a setting; did you mean "passwordFile"?'],
		],
		[
			"has an unknown family",
			device("id: s", "family: scaner"),
			['gondola.yaml, line 3: devices[0] must have a family: scanner, scale, printer or label, not "scaner"; did you mean "scanner"?'],
		],
		[
			"has a device without a family",
			device("id: s"),
			["gondola.yaml, line 3: devices[0] must have a family: scanner, scale, printer or label."],
		],
		[
			"has a model mistyped",
			device("id: s", "family: printer", "host: till-1", "model: epson-tm-t88"),
			[
				'gondola.yaml, line 6: devices[0].model must be one of epson-tm-m30ii, epson-tm-t88v, generic-58mm, generic-80mm, star-mc-print2, star-mc-print3, star-tsp143; did you mean "epson-tm-t88v"?',
			],
		],
		[
			"has a scale on nothing",
			device("id: s", "family: scale", "protocol: mt-sics"),
			["gondola.yaml, line 3: devices[0].port: a scale is on a port or on a host: name exactly one of them."],
		],
		[
			"has a HID scanner on the network",
			device("id: s", "family: scanner", "protocol: hid-pos", "host: 10.0.0.7:4001"),
			["gondola.yaml, line 6: devices[0].host: a HID POS scanner is plugged into this computer: use port."],
		],
		[
			"has two devices of one name",
			device("{id: s, family: printer, host: x}").concat("\n  - {id: s, family: printer, host: y}"),
			["gondola.yaml, line 4: two devices are called s; every device needs a name of its own."],
		],
		[
			"has a shelf on a scale that is not there",
			device("{id: plate, family: scale, protocol: mt-sics, port: /dev/x}").concat("\nshelves:\n  - {id: q, scale: plat, sku: x}"),
			['gondola.yaml, line 5: shelf q stands on plat, but no scale has that name; did you mean "plate"?'],
		],
		[
			"lets tills print on a printer that is not there",
			device("{id: bar, family: printer, host: x}").concat("\nepos: {allow: [10.0.0.0/24], printers: {local_printer: baar}}"),
			['gondola.yaml, line 4: local_printer prints on baar, but no printer has that name; did you mean "bar"?'],
		],
		[
			"opens the broker to everybody",
			"store: a\nbroker: {host: 0.0.0.0}",
			["gondola.yaml, line 2: broker.host lets other machines in: broker.accountsFile must name the device accounts."],
		],
		[
			"gives a unit, or a path, to a sensor without a topic (case B7)",
			"store: a\ndevices:\n  - {id: s1, family: scale, protocol: mqtt, unit: kg}\n  - {id: h1, family: scanner, protocol: mqtt, path: code}",
			[
				"gondola.yaml, line 3: s1 has a unit but no topic; name the firmware's topic, or leave unit out: gondola's own topic is in grams.",
				"gondola.yaml, line 4: h1 has a path but no topic; name the firmware's topic, or leave path out: gondola's own topic is in grams.",
			],
		],
		[
			"writes a path or a topic that is none (case B7)",
			"store: a\ndevices:\n  - {id: s1, family: scale, protocol: mqtt, topic: a/b+, path: a..b}",
			[
				"gondola.yaml, line 3: s1: a..b is no path such as HX711.Weight or readings[0].grams.",
				"gondola.yaml, line 3: s1: a/b+ is no MQTT topic; + stands for a whole level, # for the rest.",
			],
		],
		[
			"lets two devices read one value, or overlapping topics (case B7)",
			"store: a\ndevices:\n  - {id: s1, family: scale, protocol: mqtt, topic: a/x, path: A}\n" +
				"  - {id: s2, family: scale, protocol: mqtt, topic: a/x, path: B}\n" +
				"  - {id: s3, family: scale, protocol: mqtt, topic: a/x, path: B}\n  - {id: s4, family: scale, protocol: mqtt, topic: a/+}",
			[
				"gondola.yaml, line 5: s3 and s2 read the same value of a/x; give each a path of its own.",
				...["s1", "s2", "s3"].map(
					(id) => `gondola.yaml, line 6: s4 reads a/+, which ${id} reads as a/x already; name topics that do not overlap.`,
				),
			],
		],
		[
			"closes every door of the broker",
			"store: a\nbroker: {plain: false}",
			[
				"gondola.yaml, line 2: broker.plain is false and there is no broker.tls: no device could connect; set up broker.tls, or leave plain out.",
			],
		],
		["says a thing twice", "store: a\nstore: b", ["gondola.yaml, line 2: Map keys must be unique."]],
	])("that %s is told so, with path, line and the nearest right name", (_, yaml, sentences) => {
		expect(complaints(yaml).sort()).toEqual([...sentences].sort());
	});

	it("is told everything at once, so that nobody has to try five times", () => {
		expect(complaints("stor: a\ndesk:\n  port: -1\nlimits:\n  ledgerMegabytes: 1")).toHaveLength(4);
	});

	it("that is no YAML is told the line", () => {
		expect(complaints("store: a\n  hq: [").every((sentence) => /^gondola\.yaml, line \d+: .+\.$/.test(sentence))).toBe(true);
	});

	it("that is not there at all is told so", () => {
		expect(() => loadConfig("/nowhere/gondola.yaml")).toThrow("/nowhere/gondola.yaml cannot be read: there is no such file.");
	});
});

describe("the reference", () => {
	it("explains every setting in words", () => {
		const silent = referenceText()
			.split("\n")
			.filter((line) => /^\| `/.test(line) && /\|\s*\|$/.test(line));
		expect(silent).toEqual([]);
	});

	it("is a schema for editors too, and knows every device family", () => {
		const text = JSON.stringify(jsonSchema());
		for (const name of ["baudRate", "askEveryMs", "confirm", "accountsFile", "maxPendingPerAccessPoint", "topic"])
			expect(text).toContain(`"${name}"`);
	});
});
