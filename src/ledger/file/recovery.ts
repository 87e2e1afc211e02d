/**
 * Copies what is readable and consistent from a damaged ledger into a new one with a new epoch: row by row, from both ends of each table
 * towards the damage. Facts that HQ lacks go up again under their old ids; prices and articles come from HQ in any case, because the
 * catalog starts over.
 */
import type { StoreEvent } from "../../words/event.ts";
import type { Movement } from "../../words/stock.ts";
import { streamOf } from "../../words/streams/event-streams.ts";
import { chainHash } from "../tables/events.ts";
import { type MovementRow, toMovement } from "../tables/stock.ts";
import { inconsistentRows } from "./integrity-scan.ts";
import type { Connection } from "./open.ts";

type Value = string | number | Buffer | null;
type Row = Record<string, Value>;

/** The most valuable tables first; `words` name the rows in sentences for people. */
const tables: readonly [name: string, words: string][] = [
	["movement", "stock movements"],
	["on_hand", "stock figures"],
	["stock_grant", "grants"],
	["store_order", "online orders"],
	["order_stock", "what online orders hold"],
	["order_act", "acts of online orders"],
	["stop_sale", "recalls"],
	["basket", "baskets"],
	["coupon", "coupons"],
	["coupon_lease", "leases of coupons"],
	["coupon_redemption", "redemptions"],
	["sold_line", "lines that came back"],
	["return_right", "rights to take goods back"],
	["goods_return", "returns"],
	["return_ask", "requests about returns"],
	["quality_stock", "goods kept apart"],
	["quality_act", "decisions about goods kept apart"],
	["shelf_fill", "fillings of shelves"],
	["cold_sensor", "watched temperatures"],
	["cold_minute", "minutes of temperatures"],
	["cold_gap", "explanations of minutes"],
	["sensor_state", "states of doors"],
	["tag_seen", "tags"],
	["transfer", "transfers"],
	["stock_elsewhere", "figures of other stores"],
	["receipt_key", "keys of receipts"],
	["points_rule", "rules of points"],
	["points_lease", "leases of points"],
	["points_visit", "last visits of members with points"],
	["points_balance", "balances of points"],
	["fiscal", "sales to sign"],
	["member_enrolment", "enrolments of members"],
	["member_erased", "members who were erased"],
	["member_code_elsewhere", "member codes that other stores took"],
	["member_key", "keys for member codes"],
	["member_nonce", "member codes that were shown"],
	["print_job", "receipts"],
	["paper_label", "paper labels"],
	["unread", "scans"],
	["price", "prices"],
	["price_hold", "held prices"],
	["price_freeze", "the freeze of prices"],
	["price_rise", "rises that wait for their labels"],
	["article", "articles"],
	["article_gtin", "barcodes"],
	["label", "labels"],
	["label_task", "label tasks"],
	["label_picture", "label pictures"],
	["command_result", "command results"],
	["shelf", "shelves"],
	["setting", "settings"],
	["device", "devices"],
	["alarm", "alarms"],
	["dead_letter", "dead letters"],
	["parked", "parked records"],
	["broker_retained", "retained messages"],
	["broker_subscription", "subscriptions"],
	["broker_queue", "queued messages"],
	["broker_will", "wills"],
	["broker_received", "received packet ids"],
];
const json: Readonly<Record<string, readonly string[]>> = {
	article: ["body"],
	label: ["desired_fields"],
	device: ["detail"],
	alarm: ["facts"],
	shelf: ["state"],
	dead_letter: ["record"],
	parked: ["record"],
	basket: ["body"],
	fiscal: ["body", "signature", "paper"],
	cold_sensor: ["body", "state"],
	coupon: ["body"],
	sold_line: ["body"],
	goods_return: ["body"],
	transfer: ["body"],
	stock_elsewhere: ["body"],
	command_result: ["out"],
	price_hold: ["reasons"],
	price_rise: ["floors"],
	unread: ["packed"],
};
const metaKept = ["store", "tenant", "inc", "lastContactAt", "locale", "timeZone", "clockFloor", "boot", "risesWentOn", "coldTick"];

export function recover(from: Connection, to: Connection, knownSeq: number): { lost: string } {
	const lost: string[] = [];
	to.exec("BEGIN");
	for (const row of rowsOf(from, "meta", ["key"]).rows)
		if (metaKept.includes(String(row["key"])) && typeof row["value"] === "string")
			to.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)").run(row["key"], row["value"]);
	// The stock stream goes on where it was, so that no grant of HQ's is used twice; the catalog is sent from its beginning.
	for (const row of rowsOf(from, "down", ["stream"]).rows)
		if (
			row["stream"] === "stock" &&
			Number.isSafeInteger(row["position"]) &&
			/^[0-9a-f]{16}$/.test(String(row["epoch"])) &&
			/^[0-9a-f]{32}$/.test(String(row["hash"]))
		)
			to.prepare("INSERT INTO down (stream, epoch, position, hash) VALUES (?, ?, ?, ?)").run(
				row["stream"],
				row["epoch"],
				row["position"],
				row["hash"],
			);
	for (const [table, words] of tables) {
		const { refused, broken } = copy(from, to, table);
		if (refused + broken > 0) lost.push(broken > 0 ? `some ${words}` : `${refused} ${words}`);
	}
	to.exec(withoutPicture);
	lost.push(...events(from, to, knownSeq), ...stock(to, lost));
	to.exec("COMMIT");
	return { lost: lost.length === 0 ? "nothing" : lost.join(", ").slice(0, 400) };
}

const lacks = (slot: "sent" | "confirmed"): string =>
	`${slot}_version IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label_picture p
		WHERE p.label = label.id AND p.slot = '${slot}' AND p.version = label.${slot}_version)`;

/** A label whose picture could not be copied is drawn again: what it shows is unknown, and its own report cannot be checked. */
const withoutPicture = `
INSERT OR IGNORE INTO label_task (label, version, at) SELECT id, desired_version, coalesce(desired_at, '') FROM label
	WHERE sku IS NOT NULL AND desired_version > 0 AND ${lacks("confirmed")};
UPDATE label SET sent_version = NULL, sent_at = NULL WHERE ${lacks("sent")};
UPDATE label SET confirmed_version = NULL, confirmed_at = NULL WHERE ${lacks("confirmed")};`;

interface Column {
	name: string;
	type: string;
	notnull: number;
	pk: number;
}
const columnsOf = (db: Connection, table: string): Column[] => db.pragma(`table_info(${table})`) as Column[];

/** Each row that can still be read, once. `broken` counts the places where reading stopped. */
function rowsOf(from: Connection, table: string, keys: readonly string[]): { rows: Row[]; broken: number } {
	const rows: Row[] = [];
	const read = (order: "ASC" | "DESC", seen: Set<string> | undefined): boolean => {
		try {
			for (const row of from
				.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY ${keys.map((key) => `${key} ${order}`).join(", ")}`)
				.iterate()) {
				if (seen?.has(keyOf(row))) return true;
				rows.push(row);
			}
			return true;
		} catch {
			return false;
		}
	};
	const keyOf = (row: Row): string => keys.map((key) => String(row[key])).join("\u0000");
	if (read("ASC", undefined)) return { rows, broken: 0 };
	read("DESC", new Set(rows.map(keyOf)));
	return { rows, broken: 1 };
}

function copy(from: Connection, to: Connection, table: string): { refused: number; broken: number } {
	// Either file may have the older shape: tables and columns that only one of them has are skipped.
	const theirs = new Set(columnsOf(from, table).map(({ name }) => name));
	const columns = columnsOf(to, table).filter(({ name }) => theirs.has(name));
	if (columns.length === 0) return { refused: 0, broken: 0 };
	const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
	const put = to.prepare(
		`INSERT OR IGNORE INTO ${table} (${columns.map(({ name }) => name).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
	);
	const { rows, broken } = rowsOf(from, table, keys);
	let refused = 0;
	for (const row of rows) {
		if (!fits(row, columns, json[table] ?? [])) refused += 1;
		else refused += put.run(columns.map(({ name }) => row[name] as never)).changes === 1 ? 0 : 1;
	}
	return { refused, broken };
}

function fits(row: Row, columns: readonly Column[], jsonColumns: readonly string[]): boolean {
	for (const { name, type, notnull, pk } of columns) {
		const value = row[name];
		if (value === undefined || (value === null && (notnull === 1 || pk > 0))) return false;
		if (value === null) continue;
		if (type === "INTEGER" ? !Number.isSafeInteger(value) : type === "TEXT" ? typeof value !== "string" : !Buffer.isBuffer(value))
			return false;
	}
	return jsonColumns.every((name) => row[name] === null || isJson(row[name] as string));
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

interface EventRow {
	seq: number;
	id: string;
	type: string;
	at: string;
	body: string;
	device: string | null;
	source_id: string | null;
	stream: string;
	stream_seq: number;
	hash: string;
}

/**
 * Events that HQ has are copied for people to read; the others go up again in their order. A record that does not fit the hash
 * chain is left out.
 */
function events(from: Connection, to: Connection, knownSeq: number): string[] {
	const { rows, broken } = rowsOf(from, "event", ["seq"]) as unknown as { rows: EventRow[]; broken: number };
	rows.sort((a, b) => a.seq - b.seq);
	const heads = new Map(rowsOf(from, "head", ["name"]).rows.map((row) => [row["name"], row]));
	const ackedOf = (stream: string): number =>
		Number.isSafeInteger(heads.get(stream)?.["acked"]) ? (heads.get(stream)!["acked"] as number) : 0;
	const columns = columnsOf(to, "event");
	const put = to.prepare(
		"INSERT OR IGNORE INTO event (seq, id, type, at, body, device, source_id, stream, stream_seq, hash) VALUES (?, ?, ?, ?, ?, ?, ?, " +
			"?, ?, ?)",
	);
	const vouched = vouchedFor(rows.filter((row) => fits(row as unknown as Row, columns, ["body"]) && /^[0-9a-f]{32}$/.test(row.hash)));
	const out = new Map([
		["facts", { last: 0, hash: "0".repeat(32) }],
		["notes", { last: 0, hash: "0".repeat(32) }],
	]);
	let last = Math.max(knownSeq, Number.isSafeInteger(heads.get("event")?.["last"]) ? (heads.get("event")!["last"] as number) : 0);
	let refused = rows.length - vouched.length;
	for (const row of vouched) {
		last = Math.max(last, row.seq);
		const head = out.get(row.stream);
		const isKept = !head || row.stream_seq <= ackedOf(row.stream);
		const hash = isKept ? row.hash : chainHash(head.hash, recordOf(row));
		const streamSeq = isKept ? row.seq : head.last + 1;
		if (
			put.run(row.seq, row.id, row.type, row.at, row.body, row.device, row.source_id, isKept ? "kept" : row.stream, streamSeq, hash)
				.changes === 0
		)
			refused += 1;
		else if (!isKept) out.set(row.stream, { last: streamSeq, hash });
	}
	const newest = vouched.at(-1)?.seq ?? 0;
	const until = last;
	if (refused + broken > 0 || newest < last) {
		const facts = out.get("facts")!;
		const prefix = eventPrefix(to);
		for (const movement of unreported(to, vouched)) {
			const body = JSON.stringify({ movement, quality: "guess", type: "stock.moved" });
			const row = { seq: (last += 1), id: prefix + last, at: movement.occurredAt, body };
			facts.hash = chainHash(facts.hash, recordOf(row));
			put.run(row.seq, row.id, "stock.moved", row.at, body, null, null, "facts", (facts.last += 1), facts.hash);
		}
	}
	for (const [name, { last: end, hash }] of out) to.prepare("UPDATE head SET last = ?, hash = ? WHERE name = ?").run(end, hash, name);
	to.prepare("UPDATE head SET last = ? WHERE name = 'event'").run(last);
	const lost = refused > 0 ? [`${refused} events`] : [];
	if (broken > 0) lost.push("some events");
	if (newest < until) lost.push(`the events ${newest + 1} to ${until}`);
	return lost;
}

/** Movements that no readable fact reports go to HQ again; HQ recognises by their ids those that it has. */
function unreported(to: Connection, events: readonly EventRow[]): Movement[] {
	const reported = new Set(
		events.flatMap((row) => (row.type === "stock.moved" ? [(JSON.parse(row.body) as { movement?: Movement }).movement?.id] : [])),
	);
	return to
		.prepare<[], MovementRow>("SELECT * FROM movement ORDER BY occurred_at, id")
		.all()
		.map(toMovement)
		.filter(({ id }) => !reported.has(id));
}

function eventPrefix(to: Connection): string {
	const get = to.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
	return `${get.get("store")?.value ?? "store"}-${get.get("inc")?.value ?? "1"}-${get.get("epoch")!.value.slice(0, 6)}-`;
}

const recordOf = (row: Pick<EventRow, "id" | "seq" | "at" | "body">): StoreEvent =>
	({ id: row.id, seq: row.seq, at: row.at, ...(JSON.parse(row.body) as object) }) as StoreEvent;

/**
 * A record whose hash does not match may be intact: the flipped bit may be in the stored hash. Then the next record fits the
 * recomputed hash.
 */
function vouchedFor(rows: readonly EventRow[]): EventRow[] {
	const kept = new Set<EventRow>();
	for (const stream of ["facts", "notes", "kept"]) {
		let before: { seq: number; stored: string; made: string } | undefined = { seq: 0, stored: "0".repeat(32), made: "0".repeat(32) };
		let doubted: EventRow | undefined;
		for (const row of rows) {
			if (row.stream !== stream) continue;
			const follows: boolean = before !== undefined && row.stream_seq === before.seq + 1;
			const byStored: string = follows ? chainHash(before!.stored, recordOf(row)) : "";
			const byMade: string = follows ? chainHash(before!.made, recordOf(row)) : "";
			const isWhole: boolean = stream === "kept" || !follows ? typeIsKnown(row) : byStored === row.hash || byMade === row.hash;
			if (isWhole) {
				kept.add(row);
				if (doubted && follows && byMade === row.hash) kept.add(doubted);
			}
			doubted = isWhole ? undefined : row;
			before = { seq: row.stream_seq, stored: row.hash, made: isWhole || !follows ? row.hash : byStored };
		}
	}
	return rows.filter((row) => kept.has(row));
}

const typeIsKnown = (row: EventRow): boolean => row.stream === "kept" || streamOf(row.type as never) === row.stream;

/**
 * Recomputes stock on hand from the movements when all of them are readable. Returns the SKUs where the two disagreed: people must
 * count these.
 */
function stock(to: Connection, lost: readonly string[]): string[] {
	const odd = to
		.prepare<[], { sku: string }>(inconsistentRows)
		.all()
		.map(({ sku }) => sku);
	if (odd.length === 0) return [];
	if (!lost.some((what) => what.includes("stock movements"))) {
		for (const sku of odd) {
			const count = to
				.prepare<[string], { id: string; quantity: number; occurred_at: string }>(
					"SELECT id, quantity, occurred_at FROM movement WHERE sku = ? AND reason = 'count' ORDER BY occurred_at DESC, id DESC LIMIT 1",
				)
				.get(sku);
			const after = to
				.prepare<[string, string], { n: number | null; at: string | null }>(
					"SELECT sum(quantity) AS n, max(occurred_at) AS at FROM movement WHERE sku = ? AND reason <> 'count' AND occurred_at > ?",
				)
				.get(sku, count?.occurred_at ?? "");
			to.prepare("INSERT OR REPLACE INTO on_hand (sku, on_hand, counted_at, count_id, last_at) VALUES (?, ?, ?, ?, ?)").run(
				sku,
				(count?.quantity ?? 0) + (after?.n ?? 0),
				count?.occurred_at ?? null,
				count?.id ?? null,
				after?.at ?? count?.occurred_at ?? null,
			);
		}
	}
	return [`to be counted: ${odd.slice(0, 20).join(" ")}${odd.length > 20 ? ` and ${odd.length - 20} more` : ""}`];
}
