/** Computes what a label showed at a moment from the facts about it. Pure: the same facts always give the same answer. */
import type { LabelFact } from "../../ledger/file/label-facts.ts";
import type { Instant } from "../../words/time.ts";

/**
 * proven: the label confirmed this picture before the moment, and a later fact shows that it still had it. probable: it confirmed
 * the picture before, and no fact contradicts it; e-paper keeps its picture without power. unknown: facts are missing.
 */
export type EvidenceStrength = "proven" | "probable" | "unknown";

export interface LabelAnswer {
	strength: EvidenceStrength;
	shown: { sku: string; amountMinor: number; currency: string; priceVersion: number; picture: string } | null;
	/** The time over which the answer is the same; null: unknown, or until now. */
	from: Instant | null;
	until: Instant | null;
	why: string;
}

type Shown = Extract<LabelFact, { type: "label.shown" }>;

/** `facts`: all of one label, in their order. */
export function answerAt(facts: readonly LabelFact[], at: Instant): LabelAnswer {
	const before = facts.filter((fact) => fact.at <= at);
	const next = facts.find((fact) => fact.at > at);
	const last = before.findLast((fact): fact is Shown => fact.type === "label.shown");
	const unknown = (why: string): LabelAnswer => ({
		strength: "unknown",
		shown: null,
		from: before.at(-1)?.at ?? null,
		until: next?.at ?? null,
		why,
	});
	if (!last) return unknown("the label had confirmed no picture before that moment");
	const since = before.slice(before.indexOf(last) + 1);
	if (since.some(({ type }) => type === "label.bound" || type === "label.unbound"))
		return unknown("the label was given to another article before that moment, and had not confirmed its picture yet");
	const { sku, amountMinor, currency, priceVersion, picture } = last;
	const shown = { sku, amountMinor, currency, priceVersion, picture };
	const answer = (strength: EvidenceStrength, until: Instant | null, why: string): LabelAnswer => ({
		strength,
		shown,
		from: last.at,
		until,
		why,
	});
	if (last.quality === "guess" || next?.quality === "guess")
		return answer("probable", next?.at ?? null, "the box did not know the right time when the label confirmed");
	if (since.some((fact) => fact.type === "label.failed" && fact.why === "label-unproved"))
		return answer("probable", next?.at ?? null, "the label restarted or its link was lost before that moment, and it had not drawn again");
	if (since.length > 0) return answer("probable", next?.at ?? null, "a newer picture did not arrive before that moment");
	if (next?.type !== "label.shown")
		return answer("probable", next?.at ?? null, "the label confirmed before; nothing later confirms that it still showed this");
	if (next.picture === picture) return answer("proven", next.at, "the label confirmed the same picture before and after that moment");
	if (next.downloadedAt !== null && next.downloadedAt > at)
		return answer("proven", next.downloadedAt, "the label confirmed before, and fetched its next picture only after that moment");
	return answer("probable", next.at, "the label was changing its picture at that moment");
}

/** The facts that decide an answer: from the last confirmation before the moment to the first fact after it. */
export function decidingFacts(facts: readonly LabelFact[], at: Instant): LabelFact[] {
	const end = facts.findIndex((fact) => fact.at > at);
	const upTo = end < 0 ? facts : facts.slice(0, end + 1);
	const start = upTo.findLastIndex((fact) => fact.type === "label.shown" && fact.at <= at);
	return upTo.slice(Math.max(0, start));
}
