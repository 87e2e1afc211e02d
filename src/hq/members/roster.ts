/**
 * Which pseudonym a member's name has, and members whom stores enrolled. A name is kept as a keyed digest, a pseudonym is random: once
 * the row is gone nothing says to whom a pseudonym belonged, also not to whoever has the key and the name.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { StoreEvent } from "../../words/event.ts";
import { memberDigest } from "../../words/members/member.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToOne } from "../streams/to-all.ts";

const newPseudonym = (): string => randomBytes(16).toString("base64url");

/** Makes the pseudonym the first time. */
export async function pseudonymOf(db: Queries, name: string, secret: Buffer, now: Instant): Promise<string> {
	const lookup = createHmac("sha256", secret).update(`member:${name}`).digest("base64url").slice(0, 22);
	await db.query("INSERT INTO member (pseudonym, lookup, at) VALUES ($1, $2, $3) ON CONFLICT (lookup) DO NOTHING", [
		newPseudonym(),
		lookup,
		now,
	]);
	const [row] = await db.query<{ pseudonym: string }>("SELECT pseudonym FROM member WHERE lookup = $1", [lookup]);
	return row!.pseudonym;
}

export async function enrolledAs(db: Queries, enrolment: string): Promise<{ pseudonym: string; tier: string }> {
	const [row] = await db.query<{ pseudonym: string; tier: string }>("SELECT pseudonym, tier FROM member WHERE enrolment = $1", [enrolment]);
	if (!row) throw new HqRefusal("member-unknown", `No member was enrolled under ${enrolment}, or head office has not heard of it yet.`);
	return row;
}

export interface EnrolmentAtHq {
	n: number;
	store: string;
	id: string;
	pseudonym: string;
	tier: string;
	state: "accepted" | "refused";
	why: string | null;
	at: Instant;
}

export async function listEnrolments(db: Queries, after: number, limit: number): Promise<EnrolmentAtHq[]> {
	return db.query("SELECT n, store, id, pseudonym, tier, state, why, at FROM member_enrolment WHERE n > $1 ORDER BY n LIMIT $2", [
		after,
		limit,
	]);
}

/** Takes members whom a store enrolled. Returns facts whose id the same store used for another member. */
export async function takeEnrolments(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<{ event: string; why: string }[]> {
	const unfit: { event: string; why: string }[] = [];
	for (const event of events) {
		if (event.type !== "member.enrolled") continue;
		const { enrolment: id, member, tier, at } = event;
		const [known] = await tx.query<{ pseudonym: string }>("SELECT pseudonym FROM member_enrolment WHERE store = $1 AND id = $2", [
			store,
			id,
		]);
		if (known) {
			if (known.pseudonym !== member) unfit.push({ event: event.id, why: `enrolment ${id} is of another member` });
			continue;
		}
		const why = await whyNot(tx, id, member, tier, at);
		await tx.query("INSERT INTO member_enrolment (store, id, pseudonym, tier, state, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7)", [
			store,
			id,
			member,
			tier,
			why === undefined ? "accepted" : "refused",
			why ?? null,
			at,
		]);
	}
	return unfit;
}

/** Keeps the member. Why not, where the id or the pseudonym is another member's, or the member was erased. */
async function whyNot(tx: Queries, id: string, member: string, tier: string, at: Instant): Promise<string | undefined> {
	const [erased] = await tx.query("SELECT 1 FROM member_erasure WHERE digest = $1", [memberDigest(member)]);
	if (erased) return "the member was erased";
	const made = await tx.query(
		"INSERT INTO member (pseudonym, tier, enrolment, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1",
		[member, tier, id, at],
	);
	return made.length > 0 ? undefined : "another member was enrolled under this id";
}

/** Sends a store the answers to its enrolments. False where there is none to send. */
export async function answerEnrolments(db: Db, store: string): Promise<boolean> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const rows = await tx.query<{ id: string; pseudonym: string; why: string | null }>(
			"UPDATE member_enrolment SET answered = true WHERE store = $1 AND NOT answered RETURNING id, pseudonym, why",
			[store],
		);
		const records = rows.map(({ id, pseudonym, why }): StockRecord => {
			return { type: "member-enrolment", enrolment: id, member: pseudonym, ...(why !== null && { why }) };
		});
		await sendToOne(tx, store, records);
		return records.length > 0;
	});
}
