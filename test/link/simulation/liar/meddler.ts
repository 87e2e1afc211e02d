/**
 * The broker is in strange hands, and one store's box is, too: its key signs whatever the thief likes. He hears everything, says everything
 * under every name, and knows head office's key only by its public half.
 */

import { pack, packData, unpack } from "../../../../src/link/protocol/envelope.ts";
import { readTopic } from "../../../../src/link/protocol/ids.ts";
import type { Ack, Data, HelloUp, Reply, Welcome } from "../../../../src/link/protocol/messages.ts";
import { sealRecords } from "../../../../src/trust/seal.ts";
import { signStatement } from "../../../../src/trust/signing.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import { nextHash } from "../../../../src/words/basics/chain.ts";
import type { World } from "../time.ts";
import type { SimulatedKeys } from "./keys.ts";

export const liar = "sx";
/** What nobody at head office ever asked for. */
export const forgedAmount = 66_666;
/** Head office's price for the liar's store, and for no other. */
export const liarsAmount = 77_777;
/** Over the rails of every store. */
export const wildAmount = 999_999;
const forgedPrefix = "forged-";

type Priced = { type?: string; price?: { amountMinor?: number }; released?: true };

const isPrice = (record: unknown): record is Required<Pick<Priced, "price">> & Priced => {
	const { type, price } = (record ?? {}) as Priced;
	return type === "price" && typeof price?.amountMinor === "number";
};
const cheaper = (record: unknown): unknown =>
	isPrice(record) ? { ...record, price: { ...record.price, amountMinor: forgedAmount } } : record;

const historyMost = 200;
/** How often he does something to a message. */
const meddles = 0.25;
const swallows = 0.05;

export interface Meddler {
	/** What becomes of a message on its way: lost, said as it was, said with lies before or after it. */
	meddle(topic: string, payload: Buffer): Buffer[];
	/** Peace: he listens. */
	stop(): void;
	isOver(): boolean;
	/** From now on until `letGo`, no record reaches this store; everything else does. */
	holdBack(store: string): void;
	letGo(): void;
}

export function openMeddler(world: World, keys: SimulatedKeys): Meddler {
	const history = new Map<string, Buffer[]>();
	const ofLiar: Data[] = [];
	/** Where a store's stream ends, as he heard it; head office may not have. */
	const lastUp = new Map<string, { upTo: number; hash: string }>();
	const heldBack = new Set<string>();
	let isOver = false;
	let n = 0;

	/** By another key, under its own name or head office's. */
	const signed = <T extends object>(domain: Parameters<typeof signStatement>[0], store: string, said: T): T => {
		const key = world.pick([keys.thief, keys.storeKey(liar)]);
		const { kid: _, sig: __, ...plain } = said as T & { kid?: string; sig?: string };
		const by = signStatement(domain, { tenant: "t", store }, plain, key);
		return (world.chance(0.5) ? { ...by, kid: keys.line.kid } : by) as unknown as T;
	};
	const bareOr = <T extends object>(domain: Parameters<typeof signStatement>[0], store: string, said: T): T => {
		const { kid: _, sig: __, ...plain } = said as T & { kid?: string; sig?: string };
		return world.chance(0.3) ? (plain as T) : world.chance(0.3) ? said : signed(domain, store, said);
	};
	const dataOf = (head: Data, records: readonly unknown[], seals: Data["seals"]): Buffer | undefined => {
		const { crc32c: _, records: __, seals: ___, ...rest } = head;
		return packData({ ...rest, n: records.length, ...(seals && { seals }) }, records.map(canonicalText));
	};

	function sealedBy(store: string, from: number, records: readonly unknown[]): Data["seals"] {
		const key = world.pick([keys.thief, keys.storeKey(liar)]);
		const head = { id: `lie-${(n += 1)}`, tenant: "t", kind: "push", at: new Date(world.trueMs()).toISOString() } as const;
		const made = sealRecords(
			{ ...head, audience: world.pick([{ stores: [store] }, { group: "all", version: 1 }]) },
			records.map(canonicalText),
			key,
		);
		const seal = world.chance(0.5) ? { ...made.seal, kid: keys.line.kid } : made.seal;
		return [{ from, n: records.length, leaf: 0, proof: made.prove(0, records.length), seal }];
	}

	const onData: Record<string, (store: string, data: Data) => Buffer | undefined> = {
		"records without seals": (_, data) => dataOf(data, data.records.map(cheaper), undefined),
		"other records under the same seals": (_, data) => dataOf(data, data.records.map(cheaper), data.seals),
		"seals of another key": (store, data) => {
			const records = data.records.map(cheaper);
			return dataOf(data, records, sealedBy(store, data.from, records));
		},
		"another store's word"(_, data) {
			const other = ofLiar.length > 0 ? world.pick(ofLiar) : undefined;
			const seals = other?.seals?.map((run) => ({ ...run, from: run.from - other.from + data.from }));
			return other && dataOf(data, other.records, seals);
		},
		"a release mark beside the seal"(_, data) {
			const records = data.records.map((each) => (isPrice(each) ? { ...each, released: true } : each));
			return dataOf(data, records, data.seals);
		},
		"numbers that are lost": (store, data) => {
			const leap = { to: data.from + data.n - 1, hash: data.records.map(canonicalText).reduce(nextHash, data.prevHash), why: "too-large" };
			const { crc32c: _, records: __, seals: ___, ...head } = data;
			const { stream, epoch, from } = head;
			const mark = signed("gondola/leap/1", store, { stream, epoch, from, upTo: leap.to, leap }) as { kid?: string; sig?: string };
			return packData({ ...head, n: leap.to - from + 1, leap, ...(mark.sig && { kid: mark.kid!, sig: mark.sig }) }, []);
		},
		"other rails": (store, data) => {
			const setting = { name: "guardRails", version: 1_000 + (n += 1), value: '{"currencies":[]}' };
			const records = [{ type: "setting", setting }];
			return dataOf({ ...data, stream: "config", epoch: "c".repeat(16), from: 2 }, records, sealedBy(store, 2, records));
		},
	};

	const down: Record<string, (store: string, body: object) => Buffer | undefined> = {
		data(store, body) {
			const data = body as Data;
			if (data.stream !== "catalog" || data.records.length === 0) return undefined;
			const name = world.pick(Object.keys(onData));
			world.saw(`lie: ${name}`);
			return onData[name]!(store, data);
		},
		hello(store, body) {
			if ("ask" in body) return undefined;
			const welcome = body as Welcome;
			world.saw("lie: a welcome");
			const told = Object.fromEntries(
				Object.entries(welcome.up).map(([stream, at]) => [stream, { ...at, position: at.position + world.between(1, 9) }]),
			);
			const lies: Partial<Welcome>[] = [
				{ fenced: true },
				{ unknown: true },
				{ up: told },
				{ dn: { catalog: { epoch: "f".repeat(16), last: 9 } } },
			];
			return pack(bareOr("gondola/welcome/1", store, { ...welcome, ...world.pick(lies) }));
		},
		ack(store, body) {
			world.saw("lie: an acknowledgement");
			const ack = body as Ack;
			return pack(bareOr("gondola/ack/1", store, { ...ack, ...lastUp.get(`${store} ${ack.stream} ${ack.epoch}`) }));
		},
		res(store, body) {
			if (!("session" in body)) return undefined;
			world.saw("lie: an answer");
			const reply = body as Reply & { records?: unknown[]; manifest?: object };
			if ("chunk" in reply && reply.records) return pack({ ...reply, records: reply.records.map(cheaper) } as Reply);
			if (reply.manifest)
				return pack(bareOr("gondola/reply/1", store, { ...reply, manifest: { ...reply.manifest, chunkSha: [], chunks: 0 } } as Reply));
			return pack(bareOr("gondola/reply/1", store, { ...reply, ...(reply.records && { records: reply.records.map(cheaper) }) } as Reply));
		},
	};

	const up: Record<string, (store: string, body: object) => Buffer | undefined> = {
		data(store, body) {
			const data = body as Data & { kid?: string; sig?: string };
			const after = data.records.map(canonicalText).reduce(nextHash, data.prevHash);
			lastUp.set(`${store} ${data.stream} ${data.epoch}`, { upTo: data.from + data.n - 1, hash: after });
			if (data.stream !== "facts" || data.leap) return undefined;
			world.saw("lie: a store's facts");
			const at = new Date(world.trueMs()).toISOString();
			const id = `${forgedPrefix}${(n += 1)}`;
			const movement = { id, sku: "milk", quantity: -7, reason: "sale", occurredAt: at, origin: "store" };
			const texts = [canonicalText({ id, seq: data.from, at, quality: "synced", type: "stock.moved", movement })];
			const { crc32c: _, records: __, kid: ___, sig: ____, ...head } = data;
			const hash = texts.reduce(nextHash, data.prevHash);
			const batch = { inc: 1, stream: data.stream, epoch: data.epoch, from: data.from, upTo: data.from, hash };
			const mark = signed("gondola/batch/1", store, batch) as { kid?: string; sig?: string };
			const kid = world.pick([mark.kid!, keys.storeKey(store).kid]);
			return packData({ ...head, n: 1, ...(world.chance(0.7) && mark.sig && { kid, sig: mark.sig }) }, texts);
		},
		hello(store, body) {
			const hello = body as HelloUp;
			const more = Object.fromEntries(
				Object.entries(hello.dn ?? {}).map(([stream, at]) => [stream, { ...at, position: at.position + 3, hash: "d".repeat(32) }]),
			);
			world.saw("lie: a store's hello");
			const lies: Partial<HelloUp>[] = [{ inc: hello.inc + world.between(1, 5_000) }, { dn: more }, { up: {} }];
			return pack(bareOr("gondola/hello/1", store, { ...hello, ...world.pick(lies) }));
		},
		ack(store, body) {
			world.saw("lie: a store's acknowledgement");
			const ack = body as Ack;
			return pack(bareOr("gondola/ack/1", store, { ...ack, upTo: ack.upTo + world.between(1, 50) }));
		},
	};

	/** Now and then something he heard before, from whichever connection. */
	function replayed(topic: string, payload: Buffer): Buffer | undefined {
		const heard = history.get(topic) ?? [];
		if (heard.length >= historyMost) heard.splice(world.between(0, historyMost - 1), 1);
		heard.push(payload);
		history.set(topic, heard);
		if (!world.chance(0.5)) return undefined;
		world.saw("lie: said before");
		return world.pick(heard);
	}

	return {
		isOver: () => isOver,
		stop: () => void (isOver = true),
		holdBack: (store) => void heldBack.add(store),
		letGo: () => heldBack.clear(),
		meddle(topic, payload) {
			const at = readTopic(topic);
			if (!at || isOver) return [payload];
			const read = unpack(payload);
			if (read.kind !== "json") return [payload];
			if (at.direction === "dn" && at.channel === "data" && heldBack.has(at.store)) return [];
			if (at.store === liar) {
				if (at.direction === "dn" && at.channel === "data") ofLiar.push(read.value as Data);
				return [payload];
			}
			if (world.chance(swallows)) return [];
			if (!world.chance(meddles)) {
				replayed(topic, payload);
				return [payload];
			}
			const lie = (at.direction === "dn" ? down : up)[at.channel]?.(at.store, read.value as object) ?? replayed(topic, payload);
			if (!lie) return [payload];
			return world.pick([[lie, payload], [payload, lie], [lie, lie, payload], [lie]]);
		},
	};
}

/** A fact that he made. */
export const isForged = (id: string): boolean => id.startsWith(forgedPrefix);
