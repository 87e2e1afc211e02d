import { upStreams } from "../../../src/link/protocol/messages.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { nextHash } from "../../../src/words/basics/chain.ts";
import type { Price } from "../../../src/words/prices/price.ts";
import { sideOf } from "../../../src/words/prices/which-counts.ts";
import type { Box } from "./box.ts";
import { type Office, recordsOf } from "./office/office-model.ts";
import { type AtOffice } from "./office/office-state.ts";
import { sumOf } from "./store/stock-sum.ts";

/** One store as it is judged: what happened to it decides what it can still promise. */
export interface Judged {
	box: Box;
	/** Came back from a backup, or ran twice: HQ may know facts that this box has forgotten. */
	forgot: boolean;
	/** The same grants were given twice, from another stock: by two boxes, or by one that came back from a backup. */
	gaveTwice: boolean;
	/** People have counted everything since. */
	counted: boolean;
	/** A new ledger was made from a damaged one: its streams began anew. */
	renumbered: boolean;
	skus: readonly string[];
	/** Prices it had when HQ came back from a backup. */
	heard: readonly Price[];
	/** Those of them that the backup did not have, and what HQ has decided since. */
	lost: readonly Price[];
	decided: readonly Price[];
	labels: readonly string[];
}

const everything = 1_000_000;

/** A minute until the floor puts it in force, another until it looks at its labels, and the picture's way there. */
const redrawnWithinMs = 180_000;
/** No promotion of the story is shorter than twice this. */
const lookedAtEveryMs = 30_000;

/** Both sides have committed and acknowledged everything; nothing waits. */
export function isEqual({ box }: Pick<Judged, "box">, office: Office): boolean {
	const at = office.of(box.store);
	if (!box.isOn() || !box.disk.idle()) return false;
	const { link } = box.vault.book();
	for (const stream of upStreams) {
		const { epoch, last, acked } = link.up(stream);
		if (last !== acked || at.current.get(stream) !== epoch || at.up.get(`${stream} ${epoch}`)?.position !== last) return false;
	}
	for (const stream of ["catalog", "stock"] as const) {
		const { epoch, rows, acked } = at.down[stream];
		const mark = link.dn(stream);
		if (acked !== rows.length || mark?.epoch !== epoch || mark.position !== rows.length) return false;
	}
	return true;
}

export function differences({ box }: Judged, office: Office): string {
	const at = office.of(box.store);
	const { link } = box.vault.book();
	const up = upStreams.map((stream) => {
		const { epoch, last, acked } = link.up(stream);
		const there = at.up.get(`${stream} ${epoch}`)?.position;
		return `${stream} ${epoch.slice(0, 4)} last ${last} acked ${acked}, HQ ${at.current.get(stream)?.slice(0, 4)} ${there}`;
	});
	const down = (["catalog", "stock"] as const).map((stream) => {
		const { epoch, rows, acked } = at.down[stream];
		const mark = link.dn(stream);
		return `${stream} HQ ${epoch.slice(0, 4)} last ${rows.length} acked ${acked}, store ${mark?.epoch.slice(0, 4)} ${mark?.position}`;
	});
	return [...up, ...down, `store ${box.end().status().state}${JSON.stringify(box.end().status().forks)}`].join("; ");
}

/** Everything that must hold once a store and HQ are equal again. Each sentence is a broken promise and begins with its name. */
export function brokenPromises(judged: Judged, office: Office): string[] {
	const { box } = judged;
	const at = office.of(box.store);
	return [
		...acknowledged(judged, at),
		...chains(box.store, at),
		...once(box.store, at),
		...applied(judged, at),
		...stock(judged, at),
		...grants(judged, at, office),
		...counted(judged, at),
		...labels(judged, at),
		...remembered(judged, at),
	];
}

export const isSent = (box: Box): boolean =>
	upStreams.every((stream) => {
		const { last, acked } = box.vault.book().link.up(stream);
		return last === acked;
	});

/** What a box that lost its place may still expect: to be told, and that everything it wrote is kept, apart from the store's. */
export function brokenOfFenced(box: Box, office: Office): string[] {
	const at = office.of(box.store);
	if (box.end().status().refused !== "fenced") return [`fenced: the box that was replaced in ${box.store} has not been told`];
	if (!isSent(box)) return [`stuck: the box that was replaced in ${box.store} cannot hand in what it wrote`];
	const held = new Set([...at.taken.map((taken) => `${taken.stream} ${taken.hash}`), ...office.quarantined(box.store)]);
	return upStreams
		.flatMap((stream) =>
			box.vault
				.book()
				.link.upAfter(stream, 0, everything)
				.flatMap(({ seq, hash }) => {
					const lost = at.lost.some((hole) => hole.stream === stream && hole.from <= seq && seq <= hole.to);
					return lost || held.has(`${stream} ${hash}`)
						? []
						: [`acknowledged: the fenced box of ${box.store} was told that ${stream} ${seq} is safe`];
				}),
		)
		.slice(0, 3);
}

/** Drops are counted, where they apply and at HQ; what was put aside is where the other side's records say. */
function counted({ box, forgot }: Judged, at: AtOffice): string[] {
	if (forgot) return [];
	const broken: string[] = [];
	const book = box.vault.book();
	const said = book.link
		.upAfter("facts", 0, everything)
		.reduce((sum, { record }) => sum + (record.type === "loss.recorded" ? record.count : 0), 0);
	const tooLarge = at.lost.filter(({ why }) => why === "too-large").length;
	const missing = at.lost.filter(({ stream }) => stream === "notes").reduce((sum, { from, to }) => sum + to - from + 1, 0);
	if (missing > said + tooLarge) broken.push(`counted: HQ misses ${missing} notes of ${box.store}, which says that it dropped ${said}`);
	return broken;
}

function acknowledged({ box, forgot }: Judged, at: AtOffice): string[] {
	const broken: string[] = [];
	// The same chain is the same records; that HQ's own chains are whole is another promise.
	const held = new Set(at.taken.map((taken) => `${taken.stream} ${taken.hash}`));
	for (const stream of upStreams) {
		const { acked, last } = box.vault.book().link.up(stream);
		const rows = box.vault.book().link.upAfter(stream, 0, everything);
		for (const { seq, hash } of rows) {
			if (seq > acked) continue;
			const lost = at.lost.some((hole) => hole.stream === stream && hole.from <= seq && seq <= hole.to);
			if (held.has(`${stream} ${hash}`) || lost) continue;
			broken.push(`acknowledged: ${box.store} was told that ${stream} ${seq} is safe, and HQ does not have it`);
		}
		const own = at.taken.filter((taken) => taken.stream === stream).length;
		const holes = at.lost.filter((hole) => hole.stream === stream).reduce((sum, hole) => sum + hole.to - hole.from + 1, 0);
		if (!forgot && own + holes !== last)
			broken.push(`acknowledged: HQ took ${own} and counts ${holes} lost of ${last} ${stream} of ${box.store}`);
		if (broken.length > 3) return broken;
	}
	return broken;
}

/** Within an epoch what HQ has is one unbroken chain, in order. */
function chains(store: string, at: AtOffice): string[] {
	for (const [key, mark] of at.up) {
		const own = at.taken.filter((taken) => `${taken.stream} ${taken.epoch}` === key);
		// Too large for the wire, or thinned before HQ saw them: counted, and the chain goes on behind them.
		const holes = at.lost.filter((each) => `${each.stream} ${each.epoch}` === key).sort((a, b) => a.from - b.from);
		let { position, hash } = mark.base;
		for (const { seq, hash: said, record } of own) {
			if (seq <= position) return [`order: HQ has ${key} ${seq} of ${store} after ${position}`];
			let follows = true;
			for (const hole of holes) {
				if (hole.from > position + 1 || hole.to <= position || hole.to >= seq) continue;
				position = hole.to;
				follows = false;
			}
			if (seq !== position + 1) return [`order: HQ has ${key} ${seq} of ${store} right after ${position}: a gap`];
			const made = nextHash(hash, canonicalText(record));
			if (follows && made !== said) return [`chain: ${key} ${seq} of ${store} does not follow from what HQ has before it`];
			position = seq;
			hash = said;
		}
	}
	return [];
}

function once(store: string, at: AtOffice): string[] {
	const ids = at.taken.filter((taken) => taken.kind === "fact").map((taken) => taken.keptAs);
	return new Set(ids).size === ids.length ? [] : [`twice: HQ has ${ids.length - new Set(ids).size} facts of ${store} twice`];
}

/** The price that counts at an instant, from HQ's records alone; written apart from the ledger's and the model's. */
export function priceDecided(records: readonly unknown[], sku: string, at: string): Price | undefined {
	const prices = new Map<number, Price>();
	const held = new Set<number>();
	const released = new Set((records as { releases?: number }[]).map(({ releases }) => releases));
	for (const record of records as { type: string; price?: Price; released?: true; sku?: string; ends?: number; at?: string }[]) {
		if (record.type === "price" && record.price?.sku === sku && record.price.from !== undefined) {
			if (record.price.version > Math.max(0, ...prices.keys())) prices.set(record.price.version, record.price);
			// Over the rails of every store (liar.ts), and nobody let it go on.
			if (record.price.amountMinor > 500_000 && !record.released && !released.has(record.price.version)) held.add(record.price.version);
		}
		const ended = record.type === "price-end" && record.sku === sku ? prices.get(record.ends!) : undefined;
		if (ended) prices.set(ended.version, { ...ended, until: record.at! });
	}
	return strongest(
		[...prices.values()].filter(({ version }) => !held.has(version)),
		at,
	);
}

/** Versions of the prices for members that are below everybody's, from HQ's records alone. */
function advantagesDecided(records: readonly unknown[], sku: string, at: string, everybody: Price | undefined): number[] {
	const tiers = new Map<string, Map<number, Price>>();
	for (const record of records as { type: string; price?: Price; sku?: string; ends?: number; at?: string }[]) {
		if (record.type === "conditional-price" && record.price?.sku === sku) {
			const of = tiers.get(record.price.tier!) ?? new Map<number, Price>();
			if (record.price.version > Math.max(0, ...of.keys())) of.set(record.price.version, record.price);
			tiers.set(record.price.tier!, of);
		}
		for (const of of tiers.values()) {
			const ended = record.type === "price-end" && record.sku === sku ? of.get(record.ends!) : undefined;
			if (ended) of.set(ended.version, { ...ended, until: record.at! });
		}
	}
	const best = [...tiers.values()].flatMap((of) => strongest([...of.values()], at) ?? []);
	return best.flatMap(({ version, amountMinor }) => (everybody && amountMinor < everybody.amountMinor ? [version] : []));
}

function strongest(prices: readonly Price[], at: string): Price | undefined {
	let best: Price | undefined;
	const ranks = { regular: 0, promotion: 1, clearance: 2, member: 1 };
	const rank = (price: Price): number => (price.until === undefined ? 0 : ranks[price.kind]);
	const weight = (price: Price): string => `${rank(price)} ${price.from} ${String(price.version).padStart(12, "0")}`;
	for (const price of prices) {
		if (price.from > at || (price.until !== undefined && price.until <= at)) continue;
		if (!best || weight(price) > weight(best)) best = price;
	}
	return best;
}

function applied({ box, gaveTwice, skus }: Judged, at: AtOffice): string[] {
	const broken: string[] = [];
	const book = box.vault.book();
	const catalog = recordsOf(at, "catalog");
	for (const sku of skus) {
		const price = book.prices.winning(sku, box.now().wall);
		const decided = priceDecided(catalog, sku, box.now().wall);
		if (price?.version !== decided?.version || price?.amountMinor !== decided?.amountMinor)
			broken.push(`price: ${box.store} charges version ${price?.version} of ${sku}, HQ decided ${decided?.version}`);
		const better = book.prices.standing(sku, box.now().wall).slice(1);
		const meant = advantagesDecided(catalog, sku, box.now().wall, decided);
		if (String(better.map(({ version }) => version).sort()) !== String(meant.sort()))
			broken.push(`price: members of ${box.store} pay versions ${better.map(({ version }) => version)} of ${sku}, HQ decided ${meant}`);
		const newest = catalog
			.flatMap((record) =>
				record.type === "article" && record.article.sku === sku && record.article.name !== undefined ? [record.article] : [],
			)
			.sort((a, b) => b.version - a.version)[0];
		if (newest && book.articles.bySku(sku)?.name !== newest.name) broken.push(`converge: ${box.store} calls ${sku} otherwise than HQ`);
	}
	const poison = book.link
		.upAfter("facts", 0, everything)
		.filter(({ record }) => record.type === "record.refused" && record.code === "grant-overspent" && record.record > at.places.soldBefore);
	if (poison.length > 0 && !gaveTwice) broken.push(`grants: ${box.store} had to refuse what HQ sold from its grants`);
	return broken;
}

function stock({ box, forgot, counted, skus }: Judged, at: AtOffice): string[] {
	const broken: string[] = [];
	const book = box.vault.book();
	for (const sku of skus) {
		const atHq = at.hands.get(sku)?.onHand ?? 0;
		const here = book.stock.onHand(sku)?.onHand ?? 0;
		const own = book.stock.movements(sku, everything);
		if (atHq !== sumOf(sku, [...at.movements.values()]))
			broken.push(`stock: HQ counts ${atHq} of ${sku} in ${box.store}, its movements say otherwise`);
		if (here !== sumOf(sku, own)) broken.push(`stock: ${box.store} counts ${here} of ${sku}, its movements say ${sumOf(sku, own)}`);
		const missing = own.find((movement) => !at.movements.has(movement.id));
		if (missing) broken.push(`stock: HQ never heard of movement ${missing.id} of ${box.store}`);
		// What only HQ knows and came after the count is another box's business, whose clock ran ahead.
		const last = book.stock.onHand(sku)?.countedAt ?? "";
		const foreign = [...at.movements.values()].some((each) => each.sku === sku && each.occurredAt > last && !book.stock.movement(each.id));
		if ((!forgot || (counted && !foreign)) && here !== atHq) broken.push(`stock: ${box.store} has ${here} of ${sku}, HQ ${atHq}`);
	}
	return broken;
}

function grants({ box, forgot, skus }: Judged, at: AtOffice, office: Office): string[] {
	const broken: string[] = [];
	const book = box.vault.book();
	for (const sku of skus) {
		const here = book.grants.of(sku);
		const there = [...at.grants.values()].filter((grant) => grant.sku === sku);
		const overspent = [...here, ...there].filter((grant) => grant.used > grant.granted);
		broken.push(...overspent.map((grant) => `grants: ${grant.id} is overspent, ${grant.used} of ${grant.granted}`));
		const used = here.reduce((sum, grant) => sum + grant.used, 0);
		const gone = book.stock
			.movements(sku, everything)
			.filter((movement) => movement.id.startsWith("order-"))
			.reduce((sum, movement) => sum - movement.quantity, 0);
		if (used !== gone) broken.push(`grants: ${box.store} says ${used} of ${sku} are used up, its online orders took ${gone}`);
		const orders = new Map<string, number>();
		for (const { id, quantity } of book.stock.movements(sku, everything)) {
			const order = /^order-(.*?)(~\d+)?-[^-]+$/.exec(id)?.[1];
			if (order !== undefined) orders.set(order, (orders.get(order) ?? 0) - quantity);
		}
		for (const [order, taken] of orders) {
			const wanted = office.ordered.get(order) ?? 0;
			if (taken > wanted) broken.push(`twice: ${order} wanted ${wanted} of ${sku}, ${taken} were taken in ${box.store}`);
		}
		if (forgot) continue;
		for (const grant of there) {
			const own = here.find((each) => each.id === grant.id);
			if (own?.used === grant.used && own.granted === grant.granted) continue;
			broken.push(`grants: ${grant.id} is ${own?.used}/${own?.granted} in ${box.store}, ${grant.used}/${grant.granted} at HQ`);
		}
	}
	return broken;
}

/** What a price is, whatever its version, and wherever its end was moved. */
export const termsOf = ({ sku, kind, amountMinor, from, push }: Price): string =>
	canonicalText({ sku, kind, amountMinor, from, push: push ?? null });

/**
 * What a store was told is HQ's word, also after HQ came back from a backup; and what HQ has decided since is its later word. What no store
 * had heard when HQ's disk died nobody can know: a price that was still on its way, an order no store was told of, and of an order the part
 * that was.
 */
function remembered({ box, heard, lost, decided }: Judged, at: AtOffice): string[] {
	const newest = new Map<string, number>();
	const versions = new Map<string, number>();
	for (const record of recordsOf(at, "catalog")) {
		if (!("price" in record) || record.price.from === undefined) continue;
		const { version } = record.price;
		const side = `${record.price.sku} ${sideOf(record.price)}`;
		if (version <= (newest.get(side) ?? 0)) continue;
		newest.set(side, version);
		versions.set(termsOf(record.price), version);
	}
	const forgotten = heard
		.filter((price) => !versions.has(termsOf(price)))
		.map(
			({ sku, version }) => `forgot: HQ no longer knows version ${version} of ${sku}, which ${box.store} had heard before HQ was restored`,
		);
	const never = decided
		.filter((price) => !versions.has(termsOf(price)))
		.map(({ sku, version }) => `later: version ${version} of ${sku}, decided since HQ was restored, never counts in ${box.store}`);
	const older = decided.flatMap((price) =>
		lost
			.filter((old) => old.sku === price.sku && versions.get(termsOf(old))! > versions.get(termsOf(price))!)
			.map((old) => `later: in ${box.store} version ${old.version} of ${old.sku} is newer than what HQ decided after it was restored`),
	);
	return [...forgotten, ...never, ...older].slice(0, 3);
}

function labels({ box, labels: ids }: Judged, at: AtOffice): string[] {
	const book = box.vault.book();
	// A clock that ran ahead put prices in force whose time has not come; what was drawn then is not drawn back.
	if (box.latest() > box.now().wall) return [];
	return ids.flatMap((id) => {
		const row = book.labels.row(id);
		if (!row?.sku) return [];
		const decided = priceDecided(recordsOf(at, "catalog"), row.sku, box.now().wall);
		const steps = Array.from(
			{ length: redrawnWithinMs / lookedAtEveryMs },
			(_, step) => Date.parse(box.now().wall) - (step + 1) * lookedAtEveryMs,
		);
		const catalog = recordsOf(at, "catalog");
		const said = (at: string): string => {
			const price = priceDecided(catalog, row.sku!, at);
			return String([price?.version, ...advantagesDecided(catalog, row.sku!, at, price).sort()]);
		};
		const isNew = steps.some((ms) => said(new Date(ms).toISOString()) !== said(box.now().wall));
		const shown = book.labels.picture(id, "confirmed");
		// A price whose time has just come is still being drawn.
		if (!decided || isNew || !book.articles.bySku(row.sku)) return [];
		if (row.confirmed_version === row.desired_version && shown?.sku === row.sku && shown.amountMinor === decided.amountMinor) return [];
		return [`price: label ${id} in ${box.store} shows ${shown?.amountMinor} for ${row.sku}, HQ decided ${decided.amountMinor}`];
	});
}
