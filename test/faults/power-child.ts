/**
 * The process whose plug is pulled. Works through a shop's day with the real writer; says what was acknowledged in a file that is not
 * SQLite's.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import Database from "better-sqlite3";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { dice, shopDay, type Witness } from "./shop-day.ts";

export interface PowerOrder {
	shim: string;
	directory: string;
	witness: string;
	seed: number;
	from: number;
	calls: number;
	down: { catalog: number; stock: number };
	synchronous: "FULL" | "NORMAL";
	walPages: number;
	shut: boolean;
}

const order = JSON.parse(process.argv[2]!) as PowerOrder;
(new Database(":memory:") as unknown as { loadExtension(file: string, entry: string): void }).loadExtension(
	order.shim,
	"sqlite3_powercut_init",
);
const roll = dice(order.seed);
const writer = createWriter(order.directory, flows, { synchronous: order.synchronous, walPages: order.walPages });
// HQ goes on from where the store's own position is, as its welcome would tell.
const down = { catalog: writer.book.link.dn("catalog")?.position ?? 0, stock: writer.book.link.dn("stock")?.position ?? 0 };
const next = shopDay(roll, down);
const file = openSync(order.witness, "a");
for (let n = order.from, left = order.calls; left > 0; ) {
	const group = Array.from({ length: Math.min(left, roll() < 0.4 ? 1 : 1 + Math.floor(roll() * 12)) }, () => next(n++));
	left -= group.length;
	const { answers } = writer.run(group.map(({ call }) => call));
	const [facts, notes] = [writer.book.link.up("facts"), writer.book.link.up("notes")];
	const lines = answers.map(
		(answer, i): Witness => ({
			n: answer.n,
			ok: answer.ok,
			trace: group[i]!.trace,
			event: writer.book.events.last(),
			facts: { seq: facts.last, hash: facts.hash },
			notes: { seq: notes.last, hash: notes.hash },
		}),
	);
	writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
if (order.shut) writer.close();
closeSync(file);
