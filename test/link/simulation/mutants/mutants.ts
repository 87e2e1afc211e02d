import type { Mutant } from "./mutant-planting.ts";
import { restoreMutants } from "./restore-mutants.ts";

export const mutants: Mutant[] = [
	{
		name: "acknowledges before the commit",
		patches: [
			{
				file: "src/link/run/receive-stream.ts",
				in: "runReceiveStream",
				find: "...(await deps.commit(batch)) };",
				put: "position: batch.upTo, hash: batch.hash, rejected: [] }; void deps.commit(batch).catch(() => {});",
			},
		],
		breaks: ["acknowledged"],
	},
	{
		name: "moves the position apart from the effect",
		patches: [
			{
				file: "test/link/simulation/office/office-model.ts",
				in: "accept",
				find: "at.up.set(key, { ...here, position: upTo",
				put: "world.after(1_500, () => at.up.set(key, { ...here, position: upTo",
			},
			{
				file: "test/link/simulation/office/office-model.ts",
				in: "accept",
				find: "marks: withCheckpoint(here.marks, [upTo, hash]) });",
				put: "marks: withCheckpoint(here.marks, [upTo, hash]) }));",
			},
		],
		breaks: ["order", "acknowledged", "chain", "stuck"],
	},
	{
		name: "does not check the chain",
		patches: [
			{
				file: "src/link/machine/receiver.ts",
				in: "extend",
				find: 'if (from === batch.upTo + 1 && prevHash !== batch.hash) return "fork";',
				put: "",
			},
			{ file: "src/link/machine/receiver.ts", in: "extend", find: 'if (seq === upTo + 1 && hash !== known) return "fork";', put: "" },
			{ file: "src/link/machine/handshake.ts", in: "compareUp", find: "if (hash !== undefined && hash !== hq.hash)", put: "if (false)" },
		],
		breaks: ["chain", "order", "acknowledged"],
		disaster: "two-boxes",
	},
	{
		name: "ignores the window",
		patches: [
			{ file: "src/link/machine/sender.ts", in: "pump", find: "while (sender.flight.length < window && ", put: "while (" },
			{ file: "src/link/machine/sender.ts", in: "pump", find: "sender.more && sender.flight.length < window && ", put: "sender.more && " },
		],
		breaks: ["window"],
		bulky: true,
	},
	{
		name: "never sends again",
		patches: [
			{
				file: "src/link/machine/sender.ts",
				in: "retransmitIfDue",
				find: "sender.timeouts += 1;",
				put: "return void (sender.dueAtMs = nowMs + 36_000_000);",
			},
		],
		breaks: ["stuck"],
	},
	{
		name: "lets a replaced box talk on",
		patches: [
			{
				file: "src/link/hq/welcome.ts",
				in: "answer",
				find: "if (!known || known.fenced || !isGranted)",
				put: "if (!known || known.fenced)",
			},
		],
		breaks: ["fenced", "acknowledged", "stuck"],
		disaster: "two-boxes",
	},
	{
		name: "accepts a gap",
		patches: [
			{
				file: "src/link/machine/receiver.ts",
				in: "pump",
				find: "held.length > 0 && held[0]!.from <= batch.upTo + 1 && ",
				put: "held.length > 0 && ",
			},
		],
		breaks: ["acknowledged", "order", "chain", "stuck"],
	},
	{
		name: "stops at a poisoned record",
		patches: [{ file: "src/link/store/pull.ts", in: "judge", find: "poison += 1;", put: 'throw new Error("poison");' }],
		breaks: ["stuck"],
	},
	{
		name: "puts an older price in force",
		patches: [
			{
				file: "test/link/simulation/store/book-prices.ts",
				in: "modelPrices",
				find: "known.version >= price.version",
				put: "known.version === price.version",
			},
		],
		breaks: ["price", "converge"],
	},
	{
		name: "charges a rise before the label shows it",
		patches: [
			{ file: "src/flows/prices/price-rise.ts", in: "noteRise", find: "if (!book.labels.mayShowAnother(sku)) return;", put: "return;" },
		],
		breaks: ["shelf"],
	},
	{
		name: "forgets that the end of a reduction is a rise",
		patches: [
			{
				file: "src/flows/prices/price-activation.ts",
				in: "activateDue",
				find: "for (const [sku, counted] of before) if (labelsOf",
				put: "for (const [sku, counted] of before) if (begun.has(sku) && labelsOf",
			},
		],
		breaks: ["shelf"],
	},
	{
		name: "takes a price for charged whose time has come and that nobody put in force",
		patches: [
			{
				file: "test/link/simulation/store/book-prices.ts",
				in: "chargeable",
				find: "...byState, ",
				put: "",
			},
		],
		breaks: ["shelf"],
	},
	{
		name: "takes a member's price for everybody's",
		patches: [{ file: "test/link/simulation/store/book-state.ts", in: "winningIn", find: '&& sideOf(row.price) === ""', put: "" }],
		breaks: ["price"],
	},
	{
		name: "shows members a price that is no advantage",
		patches: [{ file: "src/words/prices/advantages.ts", in: "better", find: "&& amountMinor < everybody.amountMinor", put: "" }],
		breaks: ["price"],
	},
	{
		name: "counts a movement again",
		patches: [
			{ file: "test/link/simulation/office/office-model.ts", in: "book", find: "if (at.movements.has(movement.id)) return;", put: "" },
		],
		breaks: ["stock"],
	},
	{
		name: "spends a grant twice",
		patches: [
			{
				file: "test/link/simulation/office/office-model.ts",
				in: "office",
				find: "at.grants.set(grant.id, { ...grant, used: grant.used + used });",
				put: "",
			},
		],
		breaks: ["grants"],
	},
	{
		name: "waits for ever on a line that fell silent",
		patches: [
			{
				file: "src/link/run/keep-connected.ts",
				in: "listen",
				find: "silence.set(givesUpAtMs(patience));",
				put: "",
			},
		],
		breaks: ["stuck"],
		emphasis: "session-forgotten",
	},
	{
		name: "notes an acknowledgement only if the disk has room",
		patches: [{ file: "src/link/run/send-stream.ts", in: "note", find: "if (!stopped && newest === at) void note(at);", put: "" }],
		breaks: ["stuck"],
		emphasis: "hq-disk-full",
	},
	{
		name: "takes HQ's prices for due before their time",
		patches: [
			{
				file: "src/flows/prices/price-activation.ts",
				in: "starting",
				find: "const starting = book.prices.starting(until, ",
				put: 'const starting = book.prices.starting("9999", ',
			},
			{
				file: "src/flows/labels/label-picture.ts",
				in: "price",
				find: "	const price = book.prices.winning(label.sku, priceInstantOf(now, book));",
				put: "	const price = book.prices.of(label.sku).at(-1);",
			},
		],
		breaks: ["price"],
	},
	{
		name: "puts each chunk in force as it comes instead of swapping all of them",
		patches: [
			{
				file: "src/flows/head-office/catalog-snapshot.ts",
				in: "takeChunk",
				find: "export function takeChunk(book: Book, { id, chunk, records }: { id: string; chunk: number; records: CatalogRecord[] }): void {",
				put: `export function takeChunk(book: Book, { id, chunk, records }: { id: string; chunk: number; records: CatalogRecord[] }): void {
				for (const record of records) if (record.type === "price") {
					for (const old of book.prices.of(record.price.sku)) book.snapshots.dropPrice(old.sku, old.version);
					book.snapshots.putPrice(record.price);
				}`,
			},
		],
		breaks: ["half"],
		disaster: "bit-flip",
	},
	{
		name: "takes an empty chunk for one of a snapshot that is gone",
		patches: [
			{ file: "src/link/store/snapshot.ts", in: "askChunk", find: 'if (chunkShaOf(texts) !== chunkSha[chunk]) return "gone";', put: "" },
			{
				file: "src/hq/catalog/catalog-state.ts",
				in: "chunk",
				find: "chunk: async (store, id, chunk) => (await snapshotOf(reader, store, id))?.chunks[chunk],",
				put: "chunk: async (store, id, chunk) => reader.snapshots.get(`${store} ${id}`)?.chunks[chunk] ?? [],",
			},
		],
		breaks: ["converge", "price", "stuck"],
		emphasis: "cut-at-chunk",
	},
	{
		name: "goes on with a damaged ledger as if it were whole",
		patches: [
			{
				file: "test/link/simulation/store/book-damage.ts",
				in: "found",
				find: "({ state: rebuilt(next, lost, newEpoch()), damage:",
				put: `({ state: { ...next, up: { facts: next.up.facts.map(bent), notes: next.up.notes.map(bent) } }, damage:`,
			},
			{
				file: "test/link/simulation/store/book-damage.ts",
				in: "rows",
				find: "	const rows = [...state.up.facts, ...state.up.notes];",
				put: `	const rows = [...state.up.facts, ...state.up.notes];
				const bent = (row: UpRow): UpRow => (row === rows.at(-1) ? { ...row, record: { ...row.record, at: "2026-03-01T00:00:00.000Z" } } : row);`,
			},
		],
		breaks: ["acknowledged", "chain", "stuck", "stock"],
		disaster: "bit-flip",
	},
	{
		name: "forgets to say what it thinned",
		patches: [
			{
				file: "test/link/simulation/store/book-model.ts",
				in: "model",
				find: '			return model.commit(() => book.events.append({\n				type: "loss.recorded",',
				put: '			return gone.length > 0 ? ["up:notes"] : model.commit(() => book.events.append({\n				type: "loss.recorded",',
			},
		],
		breaks: ["counted"],
		emphasis: "notes-thinned",
	},
	{
		name: "throws away what a newer build will know",
		patches: [
			{
				file: "src/flows/head-office/down-stream.ts",
				in: "acceptDown",
				find: 'if ("parked" in item) book.link.park(',
				put: 'if ("parked" in item) (() => {})(); else if (false as boolean) book.link.park(',
			},
		],
		breaks: ["price", "stock", "grants", "converge"],
		emphasis: "older-box",
	},
	{
		name: "calls again without jitter",
		patches: [
			{ file: "src/link/machine/reconnect.ts", in: "untilMs", find: "Math.ceil(jitter * Math.min(", put: "Math.ceil(1 * Math.min(" },
		],
		breaks: ["crowd"],
		crowd: 100,
	},
	...restoreMutants,
];
