/** Codes for members' apps, and the keys by which stores check them. */
import { randomBytes } from "node:crypto";
import type { SigningKey } from "../../trust/keys.ts";
import { defined } from "../../words/defined.ts";
import type { MemberKey } from "../../words/members/member.ts";
import { makeMemberCode, memberCodeMostSeconds } from "../../words/members/member-code.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToAll, sendToOne } from "../streams/to-all.ts";

export interface MemberSecrets {
	key: SigningKey;
	/** The key of the digests under which members' names are kept. */
	secret: Buffer;
}

export interface MadeCode {
	code: string;
	pseudonym: string;
	tier: string;
	from: Instant;
	until: Instant;
}

export interface AskedCode {
	pseudonym: string;
	tier: string;
	seconds?: number | undefined;
	/** The only store that takes the code. */
	store?: string | undefined;
}

export function makeCode(
	{ key }: MemberSecrets,
	{ pseudonym, tier, seconds = memberCodeMostSeconds, store }: AskedCode,
	now: Instant,
): MadeCode {
	const iat = Math.floor(Date.parse(now) / 1_000);
	const nonce = randomBytes(12).toString("base64url");
	const payload = { pseudonym, tier, iat, exp: iat + seconds, nonce, ...defined({ store }) };
	const at = (instant: number): Instant => new Date(instant * 1_000).toISOString();
	return { code: makeMemberCode(payload, key.privateKey), pseudonym, tier, from: at(payload.iat), until: at(payload.exp) };
}

/** Sends the public key to every store that does not have it. Returns these stores. */
export async function sendMemberKey(db: Db, { kid, public: publicText }: SigningKey, now: Instant): Promise<string[]> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const made = await tx.query(
			"INSERT INTO member_key (kid, public, since) VALUES ($1, $2, $3) ON CONFLICT (kid) DO NOTHING RETURNING 1",
			[kid, publicText, now],
		);
		if (made.length === 0) return [];
		return (await sendToAll(tx, { type: "member-key", key: { kid, public: publicText, since: now } }, "members")).stores;
	});
}

/** Sends it to a store that was just enrolled. */
export async function sendMemberKeys(db: Db, store: string): Promise<void> {
	await db.transaction(async (tx) => {
		const keys = await tx.query<MemberKey>("SELECT kid, public, since FROM member_key WHERE ended IS NULL ORDER BY since, kid");
		await sendToOne(
			tx,
			store,
			keys.map((key) => ({ type: "member-key", key })),
		);
	});
}

export interface ListedKey {
	kid: string;
	since: Instant;
	ended: Instant | null;
	/** Head office signs with it. */
	used: boolean;
}

export async function listMemberKeys(db: Queries, used: string | undefined): Promise<ListedKey[]> {
	const rows = await db.query<Omit<ListedKey, "used">>("SELECT kid, since, ended FROM member_key ORDER BY since, kid");
	return rows.map((row) => ({ ...row, used: row.kid === used }));
}

/** Tells every store to take no more codes of this key. The same again changes nothing. */
export async function endMemberKey(db: Db, kid: string, now: Instant): Promise<string[]> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const [known] = await tx.query<{ ended: Instant | null }>("SELECT ended FROM member_key WHERE kid = $1", [kid]);
		if (!known) throw new HqRefusal("member-key-unknown", `No member key is named ${kid}.`);
		if (known.ended !== null) return [];
		await tx.query("UPDATE member_key SET ended = $2 WHERE kid = $1", [kid, now]);
		return (await sendToAll(tx, { type: "member-key-ended", kid, at: now }, "members")).stores;
	});
}
