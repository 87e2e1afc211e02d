import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asyncapi, asyncapiText } from "../../../src/link/protocol/asyncapi.ts";
import { channels } from "../../../src/link/protocol/ids.ts";
import { downMessages, upMessages } from "../../../src/link/protocol/messages.ts";

type Doc = {
	asyncapi: string;
	channels: Record<string, { address: string; parameters: object; messages: Record<string, { $ref: string }> }>;
	operations: Record<string, { action: string; channel: { $ref: string }; messages: { $ref: string }[] }>;
	components: Record<"messages" | "schemas" | "parameters", Record<string, object>>;
};
const doc = asyncapi() as Doc;

/** What a JSON pointer points at; undefined for one that points nowhere. */
const at = (pointer: string): unknown =>
	pointer
		.split("/")
		.slice(1)
		.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], doc);

function* refsIn(value: unknown): Generator<string> {
	if (typeof value !== "object" || value === null) return;
	for (const [key, inner] of Object.entries(value)) {
		if (key === "$ref") yield inner as string;
		else yield* refsIn(inner);
	}
}

describe("the link's AsyncAPI document", () => {
	it("is the one in src/link/protocol/asyncapi.json (`npm run generate` makes it)", () => {
		expect(readFileSync(join(import.meta.dirname, "../../../src/link/protocol/asyncapi.json"), "utf8")).toBe(asyncapiText());
	});

	it("points only at what is there, and leaves nothing lying about", () => {
		const refs = [...refsIn(doc)];
		expect(refs.length).toBeGreaterThan(60);
		expect(refs.filter((ref) => !ref.startsWith("#/") || at(ref) === undefined)).toEqual([]);
		expect(asyncapiText()).not.toMatch(/"\$(id|schema|defs)"/);
		expect(doc.asyncapi).toBe("3.0.0");
	});

	it("names each parameter of an address, and operations take messages of their own channel", () => {
		for (const channel of Object.values(doc.channels)) {
			expect([...channel.address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(Object.keys(channel.parameters));
		}
		for (const { action, channel, messages } of Object.values(doc.operations)) {
			expect(["send", "receive"]).toContain(action);
			for (const { $ref } of messages) expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
		}
	});

	it("has every channel in every direction in which something is said", () => {
		const addresses = Object.values(doc.channels).map(({ address }) => address.split("/").slice(-2).join("/"));
		const silent = ["up/cmd", "dn/req"];
		const expected = channels.flatMap((channel) => [`up/${channel}`, `dn/${channel}`]).filter((each) => !silent.includes(each));
		expect(addresses.sort()).toEqual(expected.sort());
		expect(Object.keys(upMessages).sort()).toEqual(Object.keys(downMessages).sort());
	});
});
