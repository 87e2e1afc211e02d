/**
 * A box comes in by a one-time code:
 *
 *     made ──24 h──▶ expired
 *      │ └──another code for the same store──▶ (gone)
 *      └──a box shows the secret and its key──▶ taken ──the same key again, within ten minutes──▶ the same answer
 *                                                │ └──any other use──▶ refused, and an alarm
 *                                                └──the box has written everything down──▶ used ──any use──▶ refused, and an alarm
 *
 * The key the box shows is the only one whose word counts for the store from then on; with `again` the box before is fenced.
 */
import { createHash } from "node:crypto";
import { sameSecret } from "../../access/secrets.ts";
import { certifyClient, fingerprintOf } from "../../trust/certificates.ts";
import { newEnrolmentSecret, writeEnrolmentCode } from "../../trust/enrolment-code.ts";
import { kidOf } from "../../trust/keys.ts";
import { isSignedBy } from "../../trust/signing.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { grantIncarnation } from "../stores/incarnations.ts";
import { enroll, requireStore } from "../stores/stores.ts";
import type { LineAccounts } from "./broker-access.ts";
import type { HqKeys } from "./key-folder.ts";
import { lineUser, newLinePassword, type Verifiers, verifiersOf } from "./line-accounts.ts";

export interface LineForBoxes {
	/** Where boxes reach the line's broker. */
	url: string;
	/** PEM; left out: the authorities that the system trusts. */
	ca?: string;
}

export interface EnrolmentOptions {
	db: Db;
	/** Asked each time: they may be rotated meanwhile. */
	keys: () => HqKeys;
	/** What codes carry. */
	publicUrls: () => readonly string[];
	/** Asked when a box enrols: an embedded broker knows its port only then. */
	line: () => LineForBoxes | undefined;
	/** Somebody should look at once. */
	alarm: (sentence: string, about: { store: string; address: string }) => void;
	/** A store has another password, or none: its connections end. */
	changed?: (store: string) => void;
	clock?: () => Instant;
}

export interface MadeCode {
	code: string;
	expires: Instant;
}

/** What a box shows. It signs all of it with its key, so that nobody enrols a key that is not theirs. */
export interface EnrolmentClaim {
	secret: string;
	public: string;
	/** PKCS#10, PEM. */
	request?: string | undefined;
	kid: string;
	sig: string;
}

export interface EnrolmentAnswer {
	tenant: string;
	store: string;
	incarnation: number;
	now: Instant;
	roots: { first: string; second: string };
	keyList: HqKeys["list"];
	ca: string;
	line: { url: string; username: string; password: string; ca?: string; certificate?: string };
}

export interface StoreKey {
	kid: string;
	public: string;
	inc: number;
	enrolledAt: Instant;
	endedAt: Instant | null;
}

export interface Enrolment {
	/** Undefined when a box has enrolled already and none is to take its place. Makes the store where there is none. */
	makeCode(store: string, again: boolean, by?: string): Promise<MadeCode | undefined>;
	/** Throws HqRefusal: enrolment-code-unknown, -used, -expired; enrolment-claim-forged. */
	take(claim: EnrolmentClaim, address: string): Promise<EnrolmentAnswer>;
	/** The box has written down what it was answered: from now on the code is used, for that box too. */
	confirm(claim: EnrolmentClaim): Promise<void>;
	/** Newest first. The one without an end speaks for the store. */
	keysOf(store: string): Promise<StoreKey[]>;
	/** Ends the store's enrolment: its key and its password count no more. */
	end(store: string): Promise<void>;
	/** For a broker of our own. */
	isPassword(store: string, password: string): Promise<boolean>;
	/** Of all enrolled stores and of head office, for a broker of somebody else's. */
	accounts(): Promise<LineAccounts>;
}

const codeHours = 24;
/** A box whose answer got lost asks again. */
const againMs = 10 * 60_000;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export async function openEnrolment(options: EnrolmentOptions): Promise<Enrolment> {
	const { db, keys: keysNow, publicUrls, line, alarm, changed = () => {}, clock = () => new Date().toISOString() } = options;
	await rememberRoots(db, keysNow(), clock());
	const { tenant } = keysNow();

	async function findCode(claim: EnrolmentClaim, address: string): Promise<CodeRow> {
		const now = clock();
		const [row] = await db.query<CodeRow>(`${codeColumns} WHERE secret_sha256 = $1`, [sha256(claim.secret)]);
		if (!row)
			throw new HqRefusal("enrolment-code-unknown", "Head office made no such code, or a newer one for the store. Ask for a new one.");
		if (row.usedAt !== null && !(row.usedBy === kidOf(claim.public) && Date.parse(now) - Date.parse(row.usedAt) < againMs)) {
			await db.transaction((tx) => tx.query("UPDATE enrolment SET misused = misused + 1 WHERE store = $1", [row.store]));
			alarm(
				`The enrolment code of store ${row.store} was shown a second time, from ${address}; ` +
					`it was used at ${row.usedAt} from ${row.usedFrom}. ` +
					`If that box is not yours, end its enrolment and enrol the store again.`,
				{ store: row.store, address },
			);
			throw new HqRefusal("enrolment-code-used", "This code was used already, and head office was alarmed. Ask for a new one.");
		}
		if (row.usedAt === null && row.expiresAt <= now)
			throw new HqRefusal(
				"enrolment-code-expired",
				`This code ended at ${row.expiresAt}. Ask for a new one: gondola hq enroll ${row.store}`,
			);
		return row;
	}

	const enrolment: Enrolment = {
		async makeCode(store, again, by) {
			await enroll(db, store, clock());
			const secret = newEnrolmentSecret();
			const now = clock();
			const expires = new Date(Math.floor(Date.parse(now) / 1_000) * 1_000 + codeHours * 3_600_000).toISOString();
			const made = await db.transaction(async (tx) => {
				const [held] = await tx.query("SELECT 1 FROM store_key WHERE store = $1 AND ended_at IS NULL", [store]);
				if (held && !again) return false;
				// Of a store that nobody ever spoke for, no box is replaced.
				const [known] = await tx.query(
					`SELECT 1 FROM store s WHERE s.id = $1 AND (s.heard_at IS NOT NULL OR EXISTS (SELECT 1 FROM store_key k WHERE k.store = s.id))`,
					[store],
				);
				await tx.query(
					`INSERT INTO enrolment (store, secret_sha256, again, made_at, made_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
					 ON CONFLICT (store) DO UPDATE SET secret_sha256 = excluded.secret_sha256, again = excluded.again, made_at = excluded.made_at,
					 made_by = excluded.made_by, expires_at = excluded.expires_at, used_at = NULL, used_from = NULL, used_by = NULL`,
					[store, sha256(secret), again && known !== undefined, now, by ?? null, expires],
				);
				return true;
			});
			if (!made) return undefined;
			const { caSha256, rootsSha256 } = keysNow();
			return { code: writeEnrolmentCode({ urls: [...publicUrls()], caSha256, rootsSha256, store, secret, expires }), expires };
		},
		async take(claim, address) {
			if (!isSignedBy("gondola/enrolment/1", {}, claim, claim.public))
				throw new HqRefusal("enrolment-claim-forged", "The box did not sign with the key that it shows.");
			const { store, again } = await findCode(claim, address);
			const at = line();
			if (!at) throw new HqRefusal("no-line", "Head office runs without a line to its stores; start it with a broker.");
			const certificate =
				claim.request === undefined ? undefined : await certifyClient(keysNow().authority, claim.request, lineUser(tenant, store));
			const password = newLinePassword();
			const verifiers = await verifiersOf(password);
			const now = clock();
			const kid = kidOf(claim.public);
			const taken = await db.transaction(async (tx) => {
				// Of two that show one code at once, one finds it used.
				const mine = await tx.query(
					`UPDATE enrolment SET used_at = coalesce(used_at, $3), used_from = coalesce(used_from, $4), used_by = $5
					 WHERE store = $1 AND secret_sha256 = $2 AND (used_at IS NULL OR used_by = $5) RETURNING 1`,
					[store, sha256(claim.secret), now, address, kid],
				);
				if (mine.length === 0) return false;
				await tx.query("UPDATE store_key SET ended_at = $2 WHERE store = $1 AND ended_at IS NULL AND kid <> $3", [store, now, kid]);
				await tx.query(
					`INSERT INTO store_key (kid, store, public, inc, certificate_sha256, enrolled_at) VALUES ($1, $2, $3, 0, $4, $5)
					 ON CONFLICT (kid) DO UPDATE SET certificate_sha256 = excluded.certificate_sha256, ended_at = NULL WHERE store_key.store = $2`,
					[kid, store, claim.public, certificate === undefined ? null : fingerprintOf(certificate), now],
				);
				await tx.query(
					`INSERT INTO line_account (store, sha256, verifiers, made_at) VALUES ($1, $2, $3, $4)
					 ON CONFLICT (store) DO UPDATE SET sha256 = excluded.sha256, verifiers = excluded.verifiers, made_at = excluded.made_at`,
					[store, sha256(password), JSON.stringify(verifiers), now],
				);
				return true;
			});
			if (!taken) return enrolment.take(claim, address);
			// Once for each box: one that asks again has its incarnation.
			const [key] = await db.query<{ inc: number }>("SELECT inc FROM store_key WHERE kid = $1", [kid]);
			if (again && key!.inc === 0) await grantIncarnation(db, store, undefined, now);
			const [row] = await db.query<{ inc: number }>("SELECT inc FROM store WHERE id = $1", [store]);
			await db.transaction((tx) => tx.query("UPDATE store_key SET inc = $2 WHERE kid = $1 AND inc = 0", [kid, row!.inc]));
			changed(store);
			return {
				tenant,
				store,
				incarnation: row!.inc,
				now,
				roots: keysNow().roots,
				keyList: keysNow().list,
				ca: keysNow().authority.certificate,
				line: {
					url: at.url,
					username: lineUser(tenant, store),
					password,
					...(at.ca !== undefined && { ca: at.ca }),
					...(certificate !== undefined && { certificate }),
				},
			};
		},
		async confirm(claim) {
			if (!isSignedBy("gondola/enrolment/1", { confirms: true }, claim, claim.public))
				throw new HqRefusal("enrolment-claim-forged", "The box did not sign with the key that it shows.");
			await db.transaction((tx) =>
				tx.query("UPDATE enrolment SET used_by = NULL WHERE secret_sha256 = $1 AND used_at IS NOT NULL AND used_by = $2", [
					sha256(claim.secret),
					kidOf(claim.public),
				]),
			);
		},
		keysOf: (store) =>
			db.query<StoreKey>(
				`SELECT kid, public, inc, enrolled_at AS "enrolledAt", ended_at AS "endedAt" FROM store_key WHERE store = $1
				 ORDER BY ended_at IS NULL DESC, enrolled_at DESC`,
				[store],
			),
		async end(store) {
			await requireStore(db, store);
			await db.transaction(async (tx) => {
				await tx.query("UPDATE store_key SET ended_at = $2 WHERE store = $1 AND ended_at IS NULL", [store, clock()]);
				await tx.query("DELETE FROM line_account WHERE store = $1", [store]);
				await tx.query("DELETE FROM enrolment WHERE store = $1 AND used_at IS NULL", [store]);
			});
			changed(store);
		},
		async isPassword(store, password) {
			const [row] = await db.query<{ sha256: string }>("SELECT sha256 FROM line_account WHERE store = $1", [store]);
			return sameSecret(row?.sha256 ?? "", sha256(password));
		},
		async accounts() {
			const rows = await db.query<{ store: string; verifiers: string }>("SELECT store, verifiers FROM line_account ORDER BY store");
			const stores = rows.map(({ store, verifiers }) => ({ store, verifiers: JSON.parse(verifiers) as Verifiers }));
			return { tenant, stores, hq: await verifiersOf(keysNow().linePassword) };
		},
	};
	return enrolment;
}

interface CodeRow {
	store: string;
	again: boolean;
	expiresAt: Instant;
	usedAt: Instant | null;
	usedFrom: string | null;
	usedBy: string | null;
}

const codeColumns = `SELECT store, again, expires_at AS "expiresAt", used_at AS "usedAt", used_from AS "usedFrom",
	used_by AS "usedBy" FROM enrolment`;

/** Boxes go by the roots they learned. With others, none of them would take another word: better not to start. */
async function rememberRoots(db: Db, keys: HqKeys, now: Instant): Promise<void> {
	const known = await rootsIn(db);
	if (known === keys.rootsSha256) return;
	const [boxes] = await db.query<{ n: number }>("SELECT count(*)::bigint AS n FROM store_key WHERE ended_at IS NULL");
	if (known !== undefined && boxes!.n > 0)
		throw new Error(
			`the keys in ${keys.folder} are not those that ${boxes!.n} enrolled boxes have learned. ` +
				`Bring the folder back from where its copy is kept, or name it with --keys.`,
		);
	await db.transaction((tx) =>
		tx.query(
			`INSERT INTO trusted_roots (roots_sha256, at) VALUES ($1, $2)
			 ON CONFLICT (one) DO UPDATE SET roots_sha256 = excluded.roots_sha256, at = excluded.at`,
			[keys.rootsSha256, now],
		),
	);
}

async function rootsIn(db: Queries): Promise<string | undefined> {
	return (await db.query<{ roots_sha256: string }>("SELECT roots_sha256 FROM trusted_roots"))[0]?.roots_sha256;
}
