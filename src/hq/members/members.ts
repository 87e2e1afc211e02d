/** Codes for members' apps, and the keys by which stores check them. Head office stores no list of members, and gets pseudonyms only. */
import { createHmac, randomBytes } from "node:crypto";
import type { SigningKey } from "../../trust/keys.ts";
import type { MemberKey } from "../../words/members/member.ts";
import { makeMemberCode, memberCodeMostSeconds } from "../../words/members/member-code.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import { sendToAll, sendToOne } from "../streams/to-all.ts";

export interface MemberSecrets {
	key: SigningKey;
	/** The key of the pseudonyms: without it nobody can compute which member a pseudonym belongs to. */
	secret: Buffer;
}

export interface MadeCode {
	code: string;
	pseudonym: string;
	tier: string;
	from: Instant;
	until: Instant;
}

export function makeCode(
	{ key, secret }: MemberSecrets,
	{ member, tier, seconds = memberCodeMostSeconds }: { member: string; tier: string; seconds?: number | undefined },
	now: Instant,
): MadeCode {
	const pseudonym = createHmac("sha256", secret).update(`member:${member}`).digest("base64url").slice(0, 22);
	const iat = Math.floor(Date.parse(now) / 1_000);
	const payload = { pseudonym, tier, iat, exp: iat + seconds, nonce: randomBytes(12).toString("base64url") };
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
		const keys = await tx.query<MemberKey>("SELECT kid, public, since FROM member_key ORDER BY since, kid");
		await sendToOne(
			tx,
			store,
			keys.map((key) => ({ type: "member-key", key })),
		);
	});
}
