/** The gateway's part of the link, in a process that may be killed: the real ledger with its worker, the real uplink, a shop that sells. */
import { openSync, writeSync } from "node:fs";
import { openStoreLedger } from "../../../src/daemon/ledger.ts";
import { startUplink } from "../../../src/uplink/uplink.ts";

export interface GatewayOrder {
	directory: string;
	witness: string;
	store: string;
	url: string;
	boot: string;
	everyMs: number;
}

export interface GatewayReport {
	connected: boolean;
	/** Movement ids the ledger answered for in this life, so far. */
	sold: number;
	facts: { epoch: string; last: number; hash: string; acked: number };
	notes: { epoch: string; last: number; hash: string; acked: number };
	catalog: { epoch: string; position: number; hash: string } | undefined;
	prices: Record<string, number | undefined>;
	factIds?: string[];
	forks: number;
}

const { directory, witness, store, url, boot, everyMs } = JSON.parse(process.argv[2]!) as GatewayOrder;
const ledger = await openStoreLedger(directory, () => ({
	wall: new Date().toISOString(),
	boot,
	monoMs: Math.round(performance.now()),
	quality: "synced",
}));
await ledger.do("setIdentity", { store, tenant: "t", inc: 1 });
await ledger.do("recordStart", { version: "test", boot });
const uplink = await startUplink({ ledger, url, tenant: "t", store, build: "test", boot });

const file = openSync(witness, "a");
let selling = true;
let sold = 0;

async function sell(): Promise<void> {
	for (let n = 0; ; n += 1) {
		await new Promise((resolve) => setTimeout(resolve, everyMs));
		if (!selling || !ledger.read.articles.bySku("sku1")) continue;
		const id = `${boot}-${n}`;
		const occurredAt = new Date().toISOString();
		await ledger.do("recordMovement", { id, sku: `sku${1 + (n % 3)}`, quantity: -1, reason: "sale", occurredAt });
		writeSync(file, `${id}\n`);
		sold += 1;
	}
}

function report(whole: boolean, skus: readonly string[]): GatewayReport {
	const { link, prices } = ledger.read;
	const factIds: string[] = [];
	for (let after = 0; whole; ) {
		const page = link.upAfter("facts", after, 1_000);
		factIds.push(...page.map(({ record }) => record.id));
		after = page.at(-1)?.seq ?? after;
		if (page.length === 0) break;
	}
	return {
		connected: uplink.status().connected,
		sold,
		facts: link.up("facts"),
		notes: link.up("notes"),
		catalog: link.dn("catalog"),
		prices: Object.fromEntries(skus.map((sku) => [sku, prices.of(sku).toSorted((a, b) => b.version - a.version)[0]?.amountMinor])),
		forks: Object.keys(uplink.status().forks).length,
		...(whole && { factIds }),
	};
}

process.on("message", (message: { n: number; ask: "report"; whole: boolean; skus: string[] } | { n: number; ask: "sell"; on: boolean }) => {
	if (message.ask === "sell") selling = message.on;
	process.send!({ n: message.n, answer: message.ask === "report" ? report(message.whole, message.skus) : null });
});
process.on("disconnect", () => process.exit(0));
process.send!({ n: 0, answer: "up" });
await sell();
