/** Weaknesses of the store's broker, and of the one in head office (weaknesses.ts). */
import type { Weakness } from "./weaknesses.ts";

const line = "src/broker/line-broker.ts";

export const brokerWeaknesses: Weakness[] = [
	{
		name: "a device leaves retained messages wherever it likes",
		file: "src/broker/routing/publish-pipeline.ts",
		in: "isKeepable",
		find: "if (!may || mayRetain) return true;",
		replace: "if (!may || mayRetain || topic.length > 0) return true;",
		test: "test/attack/store-broker.test.ts",
		attack: "what a device asks to keep outside its state",
	},
	{
		name: "the line takes any client id",
		file: line,
		in: "isOwn",
		find: "const isOwn = account?.isClientId(client.id) === true;",
		replace: "const isOwn = account !== undefined;",
		test: "test/attack/line.test.ts",
		attack: "the client id",
	},
	{
		name: "the line keeps sessions of whoever stays away",
		file: line,
		in: "proved",
		find: "const proved = client.clean ?",
		replace: "const proved = true ?",
		test: "test/attack/line.test.ts",
		attack: "stays away",
	},
	{
		name: "a device hears others' commands",
		file: "src/broker/access/rights.ts",
		in: "visitorOf",
		find: "[...subscribe, ...ofProfile].some((allowed) => covers(allowed, filter)) || (kind",
		replace: 'filter.startsWith("gondola/1/d/") || subscribe.some((allowed) => covers(allowed, filter)) || (kind',
		test: "test/attack/store-broker.test.ts",
		attack: "may not listen",
	},
	{
		name: "a device takes over the till's session",
		file: "src/broker/access/admission.ts",
		in: "checkSession",
		find: "if (isPresentAsAnother || admission.persistence.isAnothers(client, visitor))",
		replace: "if (client === null)",
		test: "test/attack/store-broker.test.ts",
		attack: "take over a session",
	},
	{
		name: "any web page opens the broker",
		file: "src/broker/connection/listeners.ts",
		in: "verifyClient",
		find: "!origin || options.origins.includes(origin)",
		replace: "true || options.origins.includes(origin)",
		test: "test/attack/store-broker.test.ts",
		attack: "for a page of",
	},
];
