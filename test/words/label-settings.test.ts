import { expect, it } from "vitest";
import { ConfigWrong, parseConfig } from "../../src/config/load.ts";

const withLabels = (device: string): string => `store: "0117"\ndevices:\n  - ${device}\n`;
const wall = (labels: string, more = ""): string =>
	withLabels(`{ id: wall, family: label, protocol: opendisplay${more}, labels: [${labels}] }`);
const faults = (text: string): string[] => {
	try {
		parseConfig(text, "gondola.yaml");
		return [];
	} catch (error) {
		return (error as ConfigWrong).sentences;
	}
};

it("one line names a label's address; the number may be its hardware address in any spelling", () => {
	const { devices } = parseConfig(
		wall('{ label: "d8-3b-da-00-c0-de", host: 10.0.0.7 }, { label: 0000D83BDA00C0DF, host: shelf-2.local, keyFile: /k }'),
	);
	expect(devices[0]).toMatchObject({
		labels: [
			{ label: "0000D83BDA00C0DE", host: "10.0.0.7", port: 2446 },
			{ label: "0000D83BDA00C0DF", host: "shelf-2.local", port: 2447 },
		],
		soleClient: false,
	});
});

it.each([
	["a number that is none", wall("{ label: shelf-7, host: 10.0.0.7 }"), /labels\[0\]\.label must be 12 or 16 hex digits/],
	["no address", wall('{ label: "d83bda00c0de" }'), /labels\[0\]\.host is missing/],
	["no label", wall(""), /labels must/],
	["an address with a port in it twice", wall('{ label: "d83bda00c0de", host: "10.0.0.7 ; rm" }'), /host must be an address/],
	["a mistyped setting", wall('{ label: "d83bda00c0de", host: a, keyfile: /k }'), /keyfile is not a setting; did you mean "keyFile"\?/],
	["a setting of the other protocol", wall('{ label: "d83bda00c0de", host: a }', ", getdataPort: 80"), /getdataPort is not a setting/],
	[
		"a label that is named twice",
		wall('{ label: "d83bda00c0de", host: a }, { label: "D8:3B:DA:00:C0:DE", host: b }'),
		/0000D83BDA00C0DE is named twice/,
	],
	[
		"two labels at one address",
		wall('{ label: "d83bda00c0de", host: a }, { label: "d83bda00c0df", host: A, port: 2446 }'),
		/has the address of label 0000D83BDA00C0DE/,
	],
	[
		"an unknown protocol",
		withLabels("{ id: wall, family: label, protocol: opendisplai }"),
		/protocol: oepl or opendisplay, not "opendisplai"; did you mean "opendisplay"\?/,
	],
	["no protocol", withLabels("{ id: wall, family: label }"), /must have a protocol: oepl or opendisplay/],
])("%s is refused with its place", (_, text, sentence) => {
	const said = faults(text);
	expect(said).toHaveLength(1);
	expect(said[0]).toMatch(sentence);
	expect(said[0]).toMatch(/gondola\.yaml/);
});
