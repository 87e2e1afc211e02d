import { z } from "zod";
import { factRecord, noteRecord } from "./events.ts";
import * as messages from "./messages.ts";
import { article, movement, price, setting } from "./nouns.ts";
import { catalogRecord, configRecord, stockRecord } from "./records.ts";

/**
 * The link as an AsyncAPI 3.0 document, for people who build another end of it. It is written from the store's point of view and made from
 * the schemas that check every message.
 */
const schemas = {
	HelloUp: messages.helloUp,
	Welcome: messages.welcome,
	AskHello: messages.askHello,
	Data: messages.data,
	Ack: messages.ack,
	Nak: messages.nak,
	Req: messages.req,
	Reply: messages.reply,
	Cmd: messages.cmd,
	Res: messages.res,
	StreamPosition: messages.streamPosition,
	Manifest: messages.manifest,
	FactRecord: factRecord,
	NoteRecord: noteRecord,
	CatalogRecord: catalogRecord,
	StockRecord: stockRecord,
	ConfigRecord: configRecord,
	Article: article,
	Price: price,
	Movement: movement,
	Setting: setting,
} satisfies Record<string, z.ZodType>;

type SchemaName = keyof typeof schemas;

const summaries: Partial<Record<SchemaName, string>> = {
	HelloUp: "Who I am, and how far each of my streams has come. At each connect, and after a minute of silence.",
	Welcome: "How far HQ has come, with every stream's epoch: where to go on.",
	AskHello: "HQ has just connected, or was sent something it cannot place: say hello.",
	Data: "Records from..from+n-1 of one stream, with the chain before them. Sent again until acknowledged.",
	Ack: "Committed up to here, after the fsync. The only thing that moves a position.",
	Nak: "Something is missing after `have`, or the past is another one.",
	Req: "A snapshot, one of its chunks, the sums of all buckets, one bucket, or a range of records.",
	Reply: "What was asked for, or why it cannot be had.",
	Cmd: "Do this. Sent again until answered; done once.",
	Res: "A command's outcome, kept by id.",
};

const up: Record<string, SchemaName[]> = { hello: ["HelloUp"], data: ["Data"], ack: ["Ack"], nak: ["Nak"], req: ["Req"], res: ["Res"] };
const dn: Record<string, SchemaName[]> = {
	hello: ["Welcome", "AskHello"],
	data: ["Data"],
	ack: ["Ack"],
	nak: ["Nak"],
	cmd: ["Cmd"],
	res: ["Reply", "Res"],
};
const records: Record<messages.Stream, SchemaName> = {
	facts: "FactRecord",
	notes: "NoteRecord",
	catalog: "CatalogRecord",
	stock: "StockRecord",
	config: "ConfigRecord",
};

const parameters = {
	tenant: { description: "Whose stores these are. 1 to 32 of a-z, 0-9, _ and -." },
	shard: { description: "The first two hex digits of sha256(store)." },
	store: { description: "The store's name. 1 to 32 of a-z, 0-9, _ and -." },
};

const ref = (path: string): { $ref: string } => ({ $ref: `#/${path}` });
const schemaRef = (name: string): string => `#/components/schemas/${name}`;
const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

function jsonSchemas(): Record<string, object> {
	const registry = z.registry<{ id: string }>();
	for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
	const { schemas: made } = z.toJSONSchema(registry, { target: "draft-7", uri: schemaRef, io: "input" });
	return Object.fromEntries(Object.entries(made).map(([id, { $id: _, $schema: __, ...plain }]) => [id, plain]));
}

export function asyncapi(): object {
	const channels: Record<string, object> = {};
	const operations: Record<string, object> = {};
	for (const [direction, table] of [
		["up", up],
		["dn", dn],
	] as const) {
		for (const [channel, names] of Object.entries(table)) {
			const id = `${direction}${capital(channel)}`;
			channels[id] = {
				address: `gondola/1/{tenant}/{shard}/{store}/${direction}/${channel}`,
				parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, ref(`components/parameters/${name}`)])),
				messages: Object.fromEntries(names.map((name) => [name, ref(`components/messages/${name}`)])),
				bindings: { mqtt: { bindingVersion: "0.2.0" } },
			};
			operations[`${direction === "up" ? "send" : "receive"}${capital(channel)}`] = {
				action: direction === "up" ? "send" : "receive",
				channel: ref(`channels/${id}`),
				messages: names.map((name) => ref(`channels/${id}/messages/${name}`)),
				bindings: { mqtt: { qos: 1, retain: false, bindingVersion: "0.2.0" } },
			};
		}
	}
	const named = [...new Set([...Object.values(up), ...Object.values(dn)].flat())];
	return {
		asyncapi: "3.0.0",
		info: {
			title: "Gondola: the link between a store and head office",
			version: String(messages.linkVersion),
			description:
				"Over any MQTT 3.1.1 broker with QoS 1: no retained messages, no broker session, no order. " +
				"Every payload is one byte, 1, and gzip of the " +
				"JSON described here (0 and plain JSON is understood too); at most 96 KiB. Unknown fields are tolerated. PUBACK means nothing: " +
				"only an Ack does.",
			license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
		},
		defaultContentType: "application/json",
		channels,
		operations,
		components: {
			parameters,
			messages: Object.fromEntries(
				named.map((name) => [
					name,
					{
						name,
						...(summaries[name] && { summary: summaries[name] }),
						contentType: "application/json",
						payload: { $ref: schemaRef(name) },
					},
				]),
			),
			schemas: jsonSchemas(),
		},
		"x-streams": Object.fromEntries(
			Object.entries(records).map(([stream, name]) => [
				stream,
				{
					direction: (messages.upStreams as readonly string[]).includes(stream) ? "up" : "dn",
					record: { $ref: schemaRef(name) },
				},
			]),
		),
	};
}

export function asyncapiText(): string {
	return `${JSON.stringify(asyncapi(), null, "\t")}\n`;
}
