import { CodedError } from "../../words/basics/coded-error.ts";
import { defined } from "../../words/defined.ts";
import { type CatalogRecord, priceRecordType } from "../../words/streams/catalog.ts";
import { downStreams, type Recalled, type RecalledRows, type UpStream, upStreams } from "../protocol/messages.ts";
import type { Command } from "./commands.ts";
import type { Comparing } from "./compare/compare-catalog.ts";
import type { StockComparing } from "./compare/compare-stock.ts";
import type { LinkLedger } from "./ledger-port.ts";
import type { LinkStatus } from "./session.ts";

/** Characters of JSON: with one batch more (48 KiB packed) the answer still fits a message of 96 KiB. */
const recalledLetters = 64 * 1024;

class CommandRefused extends CodedError {
	override name = "CommandRefused";
}

/**
 * The commands that HQ may send to any store.
 *
 *   ping                     the store's time
 *   status                   how the line is, and what waits to go up
 *   diagnostics              the same, with disk, devices in trouble, open alarms and positions
 *   resend {stream}          sends what is not acknowledged again, at once
 *   labels.refresh {label}   draws a label anew, though nothing has changed
 *   catalog.compare          compares the catalog with HQ's now
 *   stock.compare            compares the stock with HQ's now
 *   recall {stream, after}   HQ's records after this number, from the received log, as many as a message holds
 *   recall.rows {after}      articles and prices as they are here, by SKU after this one
 */
export function storeCommands(deps: {
	ledger: LinkLedger;
	build: string;
	boot: string;
	comparing: Comparing;
	comparingStock: StockComparing;
	status(): LinkStatus;
	resend(stream: UpStream): void;
}): Record<string, Command> {
	const { ledger, build, boot } = deps;
	const { link, meta, alarms, devices, receivedLog } = ledger.read;
	const waiting = () =>
		Object.fromEntries(
			upStreams.map((stream) => {
				const { epoch, last, acked } = link.up(stream);
				return [stream, { epoch, last, waiting: last - acked }];
			}),
		);
	return {
		ping: async () => ({ at: ledger.now().wall, quality: ledger.now().quality }),
		status: async () => ({ build, boot, line: deps.status(), up: waiting() }),
		async diagnostics() {
			const down = ["catalog", "stock", "config"].map((stream) => [stream, link.dn(stream) ?? null]);
			const open = (alarms?.list() ?? []).filter((alarm) => alarm.clearedAt === null);
			const troubled = (devices?.list() ?? []).filter((device) => device.trouble !== null);
			return {
				build,
				boot,
				at: ledger.now().wall,
				...meta.bytes(),
				line: deps.status(),
				up: waiting(),
				down: Object.fromEntries(down),
				alarms: open.slice(0, 50).map(({ id, level, since }) => ({ id, level, since })),
				devices: troubled.slice(0, 50).map(({ id, family, trouble }) => ({ id, family, trouble })),
			};
		},
		async resend({ stream }) {
			const known = upStreams.find((each) => each === stream);
			if (!known) throw new CommandRefused("stream-unknown", `a store sends ${upStreams.join(" and ")}, not ${String(stream)}`);
			deps.resend(known);
			return waiting()[known];
		},
		async "labels.refresh"({ label }) {
			if (typeof label !== "string") throw new CommandRefused("bad-args", "name the label");
			return ledger.do("refreshLabel", { label });
		},
		async recall({ stream, after }) {
			const known = downStreams.find((each) => each === stream);
			if (!known || !receivedLog || !Number.isSafeInteger(after))
				throw new CommandRefused("bad-args", "name a stream of HQ's and a number");
			const own = link.dn(known);
			const at = own ? { epoch: own.epoch, position: own.position, hash: own.hash } : null;
			const { seals, ...page } = receivedLog.after(known, after as number, recalledLetters);
			return { ...page, ...(seals.length > 0 && { seals }), at } satisfies Recalled;
		},
		"recall.rows": async ({ after }) => rowsAfter(ledger, String(after ?? "")),
		"catalog.compare": async () => ({ comparison: await deps.comparing.compareNow(), ...deps.comparing.counts() }),
		"stock.compare": async () => ({ comparison: await deps.comparingStock.compareNow(), ...deps.comparingStock.counts() }),
	};
}

const skusPerPage = 50;

/** All prices of an article, also ended ones: HQ finds by their versions which of them it lost. */
function rowsAfter({ read: { articles, prices } }: LinkLedger, after: string): RecalledRows {
	if (!articles || !prices) throw new CommandRefused("not-here", "this ledger has no rows to tell");
	const skus = new Set([...articles.page(after, skusPerPage).map(({ sku }) => sku), ...prices.skus(after, skusPerPage)]);
	const records: CatalogRecord[] = [];
	let last: string | undefined;
	for (const sku of [...skus].sort().slice(0, skusPerPage)) {
		if (JSON.stringify(records).length > recalledLetters) break;
		const article = articles.bySku(sku);
		const own: CatalogRecord[] = prices.of(sku).map((price) => ({ type: priceRecordType(price), price }));
		records.push(...(article ? [{ type: "article" as const, article }, ...own] : own));
		last = sku;
	}
	return { records, ...defined({ next: last }) };
}
