import { readFileSync } from "node:fs";
import { join } from "node:path";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";
import { get, post } from "../../support/demo.ts";
import { freePorts } from "../../support/ports.ts";
import { eventually } from "../../support/until.ts";
import type { Broker } from "./brokers.ts";
import { type Child, startChild } from "./child.ts";
import type { GatewayOrder, GatewayReport } from "./gateway-child.ts";
import type { HqOrder } from "./hq-child.ts";
import type { Postgres } from "./postgres.ts";
import { type Room } from "./program.ts";
import { openTap, type Tap } from "./tap.ts";

export const skus = ["sku1", "sku2", "sku3"];

/** Three shops, head office, a database and somebody else's broker: everything a process of its own that can be killed. */
export interface Country {
	hqTap: Tap;
	shopTap: Tap;
	push(): Promise<void>;
	reports(whole?: boolean): Promise<Record<string, GatewayReport>>;
	/** Kills for this long, by the dice. Answers what was killed how often. */
	storm(forMs: number, dice: () => number): Promise<Record<string, number>>;
	/** Sentences about what is not equal on both sides; none when all is well. */
	differences(): Promise<string[]>;
	sell(on: boolean): Promise<void>;
	/** Throws with the differences that are left. Answers how long it took. */
	agree(withinMs: number): Promise<number>;
	/** What is not at head office, there twice, or out of order, though a shop's ledger answered for it. */
	faults(): Promise<string[]>;
	stop(): Promise<void>;
}

interface UpRow {
	store: string;
	stream: "facts" | "notes";
	epoch: string;
	position: string;
	hash: string;
}
interface DownRow {
	store: string;
	epoch: string;
	last: string;
	hash: string;
	acked: string;
}

export async function openCountry(
	room: Room,
	name: string,
	broker: Broker,
	postgres: Postgres,
	stores: readonly string[],
): Promise<Country> {
	const databaseUrl = await postgres.database(name);
	const [port] = (await freePorts(1)) as [number];
	const hqUrl = `http://127.0.0.1:${port}`;
	const hqTap = await openTap(broker.ports);
	const shopTap = await openTap(broker.ports, 1);
	const starts = new Map<string, number>();
	const gateways = new Map<string, Child>();
	let hq: Child;
	let pushes = 0;
	let amounts: Record<string, number> = {};

	const startHq = async (): Promise<void> => {
		hq = await startChild("hq-child.ts", { databaseUrl, brokerUrl: hqTap.url, port } satisfies HqOrder);
	};
	const witnessOf = (store: string): string => join(room.path, `${name}-${store}-witness`);
	const startGateway = async (store: string): Promise<void> => {
		const start = (starts.get(store) ?? 0) + 1;
		starts.set(store, start);
		gateways.set(
			store,
			await startChild("gateway-child.ts", {
				directory: join(room.path, `${name}-${store}`),
				witness: witnessOf(store),
				store,
				url: shopTap.url,
				boot: `${store}-b${start}`,
				everyMs: 10,
			} satisfies GatewayOrder),
		);
	};
	const query = <R>(sql: string, params?: unknown[]): Promise<R[]> => postgres.query<R>(name, sql, params);

	const country: Country = {
		hqTap,
		shopTap,
		async push() {
			pushes += 1;
			amounts = Object.fromEntries(skus.map((sku, i) => [sku, 1_000 + 10 * pushes + i]));
			const changes = skus.map((sku) => ({ sku, amountMinor: amounts[sku], currency: "EUR", kind: "regular", name: sku }));
			const id = `push${pushes}`;
			await eventually(async () => {
				hq.mustLive();
				const { status } = await post(hqUrl, "/api/v1/pushes", { id, stores: "all", changes });
				if (status !== 202) throw new Error(`${id}: ${status}`);
			});
		},
		async reports(whole = false) {
			const all = [...gateways].map(
				async ([store, child]) => [store, await child.ask<GatewayReport>({ ask: "report", whole, skus })] as const,
			);
			return Object.fromEntries(await Promise.all(all));
		},
		async sell(on) {
			for (const child of gateways.values()) await child.ask({ ask: "sell", on });
		},
		async storm(forMs, dice) {
			const killed: Record<string, number> = {};
			const between = (least: number, most: number): number => least + Math.floor(dice() * (most - least));
			const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
			let mending: Promise<void> | undefined;
			const effects: Record<string, () => Promise<void>> = {
				async broker() {
					// One node at a time: two of three gone take RabbitMQ two minutes to mend, which proves patience and nothing else.
					if (mending) return;
					const node = between(0, broker.ports.length);
					await broker.kill(node);
					mending = pause(between(0, 1_000))
						.then(() => broker.start(node))
						.finally(() => (mending = undefined));
					mending.catch(() => {});
				},
				async gateway() {
					const store = stores[between(0, stores.length)]!;
					await gateways.get(store)!.kill();
					await pause(between(0, 500));
					await startGateway(store);
				},
				async hq() {
					await hq.kill();
					await pause(between(0, 500));
					await startHq();
				},
				async database() {
					await postgres.kill();
					await pause(between(0, 500));
					await postgres.start();
				},
				async line() {
					const tap = dice() < 0.5 ? hqTap : shopTap;
					tap.lose(true);
					await pause(between(100, 1_500));
					tap.lose(false);
				},
			};
			const names = ["broker", "broker", "gateway", "gateway", "hq", "database", "line"] as const;
			for (const until = performance.now() + forMs; performance.now() < until; ) {
				const act = names[between(0, names.length)]!;
				if (act === "broker" && mending) continue;
				killed[act] = (killed[act] ?? 0) + 1;
				for (const child of [hq, ...gateways.values()]) child.mustLive();
				await effects[act]!();
				if (dice() < 0.5) await country.push();
				await pause(between(100, 1_200));
			}
			await mending;
			return killed;
		},
		async differences() {
			const wrong: string[] = [];
			const up = await query<UpRow>("SELECT * FROM up_epoch WHERE current");
			const down = await query<DownRow>("SELECT * FROM down_stream WHERE stream = 'catalog'");
			// The chain as the records give it, not as head office remembers it.
			const records = await query<{ store: string; body: string }>(
				"SELECT g.store, r.body FROM down_segment g JOIN record r ON r.n >= g.record AND r.n < g.record + g.count " +
					"WHERE g.stream = 'catalog' ORDER BY g.store, g.first_seq, r.n",
			);
			const chains = new Map<string, string>();
			for (const { store, body } of records) chains.set(store, nextHash(chains.get(store) ?? genesis, body));
			for (const [store, report] of Object.entries(await country.reports())) {
				for (const stream of ["facts", "notes"] as const) {
					const own = report[stream];
					const hqs = up.find((row) => row.store === store && row.stream === stream);
					const same = own.epoch === hqs?.epoch && own.last === Number(hqs.position) && own.hash === hqs.hash && own.acked === own.last;
					if (!same) wrong.push(`${store} ${stream}: the shop has ${own.last} (${own.acked} acknowledged), head office ${hqs?.position}`);
				}
				const own = report.catalog;
				const hqs = down.find((row) => row.store === store)!;
				const same =
					own?.epoch === hqs.epoch && own.position === Number(hqs.last) && own.hash === chains.get(store) && hqs.acked === hqs.last;
				if (!same) wrong.push(`${store} catalog: head office has ${hqs.last} (${hqs.acked} acknowledged), the shop ${own?.position}`);
				for (const sku of skus) {
					if (report.prices[sku] !== amounts[sku]) wrong.push(`${store} ${sku}: ${report.prices[sku]}, not ${amounts[sku]}`);
				}
				if (report.forks > 0) wrong.push(`${store} has a fork`);
			}
			return wrong;
		},
		async agree(withinMs) {
			const began = performance.now();
			await eventually(
				async () => {
					const wrong = await country.differences();
					if (wrong.length > 0) throw new Error(wrong.join("\n"));
				},
				withinMs,
				250,
			);
			return Math.round(performance.now() - began);
		},
		async faults() {
			const faults: string[] = [];
			for (const [store, { factIds, facts }] of Object.entries(await country.reports(true))) {
				const rows = await query<{ id: string }>("SELECT id FROM up_fact WHERE store = $1 AND stream = 'facts' ORDER BY n", [store]);
				const ids = rows.map((row) => row.id);
				if (new Set(ids).size !== ids.length) faults.push(`${store}: something is at head office twice`);
				if (ids.length !== facts.last || ids.some((id, i) => id !== factIds![i])) {
					faults.push(`${store}: head office has ${ids.length} facts, the shop wrote ${facts.last}, or in another order`);
				}
				const moved = await query<{ id: string; quantity: string }>("SELECT id, quantity FROM movement WHERE store = $1", [store]);
				const known = new Set(moved.map((row) => row.id));
				const lost = readFileSync(witnessOf(store), "utf8")
					.split("\n")
					.filter((id) => id !== "" && !known.has(id));
				if (lost.length > 0) faults.push(`${store}: ${lost.length} sales are lost, such as ${lost[0]}`);
				const [hand] = await query<{ n: string }>("SELECT sum(on_hand) AS n FROM on_hand WHERE store = $1", [store]);
				if (Number(hand?.n) !== -moved.length) faults.push(`${store}: ${hand?.n} on hand after ${moved.length} sales of one`);
			}
			const [letters] = await query<{ n: string }>("SELECT count(*) AS n FROM dead_letter");
			if (letters?.n !== "0") faults.push(`${letters?.n} dead letters`);
			return faults;
		},
		async stop() {
			await Promise.all([hq.kill(), ...[...gateways.values()].map((child) => child.kill())]);
			await Promise.all([hqTap.close(), shopTap.close()]);
		},
	};
	await startHq();
	for (const store of stores) await post(hqUrl, "/api/v1/stores", { id: store });
	await country.push();
	await Promise.all(stores.map(startGateway));
	await get(hqUrl, "/healthz");
	return country;
}
