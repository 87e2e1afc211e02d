import { createHash } from "node:crypto";
import type { PrintJob } from "../words/receipt.ts";

/**
 * The names of print jobs that a till asked for. A till that gives no job id and missed the answer sends the same document again,
 * so the name is made from the document. A number is added where the same receipt is wanted a second time:
 *
 *     epos-20261128-<16 digits of the hash of till, printer and job id, or of till, printer and document>-<n>
 *
 * Jobs from port 9100 begin with raw- instead. A till is known by its address: two tills that print the same text each get their
 * slip.
 */
export function jobNames(
	of: { till: string; printer: string; printjobid: string | null; document: string; opensDrawer: boolean },
	door: "epos" | "raw" = "epos",
) {
	const { till, printer, printjobid, document, opensDrawer } = of;
	const named = printjobid === null ? ["document", document, String(opensDrawer)] : ["id", printjobid];
	const hash = createHash("sha256")
		.update(JSON.stringify([till, printer, ...named]))
		.digest("hex")
		.slice(0, 16);
	return (day: string, n: number): string => `${door}-${day}-${hash}-${n}`;
}

/** `20261128` of an instant. */
const dayOf = (instant: string): string => instant.slice(0, 10).replaceAll("-", "");

const dayMs = 86_400_000;

/** The newest job of today or yesterday with these names, and the name that the next one gets. */
export function lastJob(
	get: (id: string) => PrintJob | undefined,
	name: (day: string, n: number) => string,
	now: string,
): { last: PrintJob | undefined; next: string } {
	const today = dayOf(now);
	const yesterday = dayOf(new Date(Date.parse(now) - dayMs).toISOString());
	const onDay = (day: string): { last: PrintJob | undefined; next: string } => {
		let last: PrintJob | undefined;
		for (let n = 1; ; n += 1) {
			const job = get(name(day, n));
			if (!job) return { last, next: name(day, n) };
			last = job;
		}
	};
	const found = onDay(today);
	return { ...found, last: found.last ?? onDay(yesterday).last };
}
