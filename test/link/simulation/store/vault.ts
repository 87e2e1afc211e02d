import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { flows } from "../../../../src/flows/flows.ts";
import { readBook } from "../../../../src/ledger/book.ts";
import { type Connection, ledgerFile, openForReading } from "../../../../src/ledger/file/open.ts";
import { type Book, createWriter, type Flow, LedgerRefusal, type ReadBook, type Writer } from "../../../../src/ledger/ledger.ts";
import type { EventBody } from "../../../../src/words/event.ts";
import type { Moment } from "../../../../src/words/time.ts";
import type { World } from "../time.ts";
import { type Damage, flipInModel } from "./book-damage.ts";
import { type BookModel, openBookModel } from "./book-model.ts";
import { type Identity } from "./book-state.ts";

/** A store's ledger as the simulation holds it: the model, or the real one on a disk of its own. */
export interface Vault {
	book(): Book;
	/** Where the streams from HQ have been. */
	checkpoints(): ReadBook["checkpoints"];
	/** One flow, one transaction; throws if nothing changed. */
	commit(flow: string, args: unknown, now: Moment): { value: unknown; bells: string[] };
	/** The files of now; what it answers puts them back, as a copied disk would. */
	backup(): () => void;
	/** A bit falls over while the box is off, and it starts again. */
	flip(world: World): Damage;
	/** Space is short: notes that HQ does not have are thinned, and the loss is said. Answers the bells it rang: none, if nothing went. */
	thin(now: Moment): string[];
	/** A disk copied into another box; undefined where that is not modelled. */
	twin(): Vault | undefined;
	close(): void;
}

/** Of its budget in use: notes of class C go, the rest stays as it is. */
const shorterShare = 0.9;

/** The flows of the store, and one more: whatever a newer build or a broken one might write. */
const allFlows: Record<string, Flow> = {
	...flows,
	writeOdd: (book, { bodies }: { bodies: EventBody[] }, now) => bodies.forEach((body) => book.events.append(body, now)),
};

export function modelVault(identity: Identity, newEpoch: () => string, model: BookModel = openBookModel(identity, newEpoch)): Vault {
	return {
		book: () => model.book,
		checkpoints: () => model.marks,
		commit: (flow, args, now) => model.commit((book) => allFlows[flow]!(book, args, now)),
		backup() {
			const restore = model.backup();
			return () => restore();
		},
		flip(world) {
			const { state, damage } = flipInModel(world, model.state(), newEpoch);
			model.take(state);
			return damage;
		},
		thin: (now) => model.thin(now),
		twin() {
			const other = openBookModel(identity, newEpoch);
			model.backup()(other);
			return modelVault(identity, newEpoch, other);
		},
		close() {},
	};
}

/** createWriter is the real store ledger, synchronous; /dev/shm keeps its fsyncs from costing a disk's time. */
export function realVault(identity: Identity, root: string): Vault {
	const directory = mkdtempSync(join(root, "store-"));
	let n = 0;
	let db: Connection | undefined;
	const start = (): Writer => {
		const opened = createWriter(directory, allFlows);
		db = openForReading(directory);
		reader = readBook(db);
		return opened;
	};
	const stop = (): void => {
		db?.close();
		writer.close();
	};
	let reader: ReadBook;
	let writer = start();
	const vault: Vault = {
		book: () => writer.book,
		checkpoints: () => reader.checkpoints,
		commit(flow, args, now) {
			const { answers, bells } = writer.run([{ n: ++n, flow, args, now }]);
			const [answer] = answers;
			if (answer?.ok) return { value: answer.value, bells };
			throw answer?.kind === "refusal" ? new LedgerRefusal(answer.code, answer.message) : new Error(answer?.message);
		},
		backup() {
			stop();
			const kept = mkdtempSync(join(root, "backup-"));
			cpSync(directory, kept, { recursive: true });
			writer = start();
			return () => {
				stop();
				rmSync(directory, { recursive: true });
				cpSync(kept, directory, { recursive: true });
				writer = start();
			};
		},
		flip(world) {
			stop();
			const file = ledgerFile(directory);
			const bytes = readFileSync(file);
			const at = world.between(0, bytes.length - 1);
			bytes[at]! ^= 1 << world.between(0, 7);
			writeFileSync(file, bytes);
			writer = start();
			const said = writer.book.meta.rebuilt();
			return { what: `byte ${at}`, rebuilt: said !== undefined, count: said !== undefined && said.lost !== "nothing" };
		},
		thin(now) {
			const { done: tended, bells } = writer.maintain(Math.ceil(writer.book.meta.space(1).usedBytes / shorterShare), now);
			return tended.dropped.C > 0 ? bells : [];
		},
		twin: () => undefined,
		close: stop,
	};
	vault.commit(
		"setIdentity",
		{ store: identity.store, tenant: "t", inc: identity.inc },
		{ wall: "2026-03-01T00:00:00.000Z", boot: "b0", monoMs: 0, quality: "synced" },
	);
	return vault;
}
