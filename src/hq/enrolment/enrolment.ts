/**
 * Enrolment: a box becomes the box of a store by a one-time code. The states of a code:
 *
 *     made ──24 h──▶ expired
 *      │ └──another code for the same store──▶ (gone)
 *      └──a box shows the secret and its key──▶ taken ──the same key again, within ten minutes──▶ the same answer
 *                                                │ └──any other use──▶ refused, and an alarm
 *                                                └──the box has written everything down──▶ used ──any use──▶ refused, and an alarm
 *
 * From then on only the key that the box showed may sign for the store. With `again` the store's former box is fenced.
 */
import { createHash } from "node:crypto";
import { sameSecret } from "../../access/secrets.ts";
import type { PlaceApproval } from "../../trust/approvers.ts";
import { certifyClient, fingerprintOf } from "../../trust/certificates.ts";
import { newEnrolmentSecret, writeEnrolmentCode } from "../../trust/enrolment-code.ts";
import { kidOf } from "../../trust/keys.ts";
import { isSignedBy } from "../../trust/signing.ts";
import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { grantIncarnation } from "../stores/incarnations.ts";
import { enroll, requireStore } from "../stores/stores.ts";
import type { LineAccounts } from "./broker-access.ts";
import type { HqKeys } from "./key-folder.ts";
import { rememberRoots } from "./known-roots.ts";
import { lineUser, newLinePassword, type Verifiers, verifiersOf } from "./line-accounts.ts";

export interface LineForBoxes {
	/** Where boxes reach the line's broker. */
	url: string;
	/** PEM; left out: the authorities that the system trusts. */
	ca?: string;
}

export interface EnrolmentOptions {
	db: Db;
	/** Called each time they are needed: keys may be rotated meanwhile. */
	keys: () => HqKeys;
	/** Addresses of head office that codes carry. */
	publicUrls: () => readonly string[];
	/** SHA-256 of the certificate that issued head office's HTTPS certificate, where that is not its own authority. */
	httpsIssuer?: () => string | undefined;
	/** Called when a box enrols: an embedded broker has its port only then. */
	line: () => LineForBoxes | undefined;
	/** Called with a sentence for a person who must look at it now. */
	alarm: (sentence: string, about: { store: string; address: string }) => void;
	/** Called when a store gets another password, or none: its connections must end. */
	changed?: (store: string) => void;
	clock?: () => Instant;
}

export interface MadeCode {
	code: string;
	expires: Instant;
}

/** The request of a box. The box signs all of it with its key, so that nobody can enrol somebody else's key. */
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
	/** `number`: of the last root successor, so that the box need not be told of it. */
	roots: { first: string; second: string; number: number };
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
	/** Undefined when a box is enrolled and `again` is not set. Makes the store where there is none. */
	makeCode(store: string, again: boolean, approval?: PlaceApproval): Promise<MadeCode | undefined>;
	/** Whether a code, as `makeCode` would make it, gives a place that another box has or had: where approvers are asked, one signs it. */
	takesPlace(store: string, again: boolean): Promise<boolean>;
	/** Throws HqRefusal: enrolment-code-unknown, -used, -expired; enrolment-claim-forged. */
	take(claim: EnrolmentClaim, address: string): Promise<EnrolmentAnswer>;
	/** The box has stored the answer: from now on the code counts as used for that box too. */
	confirm(claim: EnrolmentClaim): Promise<void>;
	/** Newest first. Only the key without an end may sign for the store. */
	keysOf(store: string): Promise<StoreKey[]>;
	/** Ends the store's enrolment: its key and its password count no more. */
	end(store: string, approval?: PlaceApproval): Promise<void>;
	/** For the embedded broker. */
	isPassword(store: string, password: string): Promise<boolean>;
	/** The accounts of all enrolled stores and of head office, for another broker. */
	accounts(): Promise<LineAccounts>;
}

const codeHours = 24;
/** How long a box may ask again with the same key, because an answer was lost. */
const againMs = 10 * 60_000;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Options of this enrolment, completed, for the functions below. */
type EnrolmentState = Required<EnrolmentOptions> & { tenant: string };

export async function openEnrolment(options: EnrolmentOptions): Promise<Enrolment> {
	const { changed = () => {}, clock = () => new Date().toISOString(), httpsIssuer = () => undefined } = options;
	const { tenant } = options.keys();
	const state: EnrolmentState = { ...options, changed, clock, httpsIssuer, tenant };
	await rememberRoots(options.db, options.keys(), clock());
	return {
		makeCode: (store, again, approval) => makeCode(state, store, again, approval),
		takesPlace: (store, again) => takesPlace(options.db, store, again),
		take: (claim, address) => takeClaim(state, claim, address),
		confirm: (claim) => confirmClaim(state, claim),
		keysOf: (store) => keysOfStore(state, store),
		end: (store, approval) => endEnrolment(state, store, approval),
		isPassword: (store, password) => isPasswordOf(state, store, password),
		accounts: () => accountsOfAll(state),
	};
}

async function isHeld(tx: Queries, store: string): Promise<boolean> {
	return (await tx.query("SELECT 1 FROM store_key WHERE store = $1 AND ended_at IS NULL", [store])).length > 0;
}

async function hadBox(tx: Queries, store: string): Promise<boolean> {
	const [known] = await tx.query(
		`SELECT 1 FROM store s WHERE s.id = $1 AND (s.heard_at IS NOT NULL OR EXISTS (SELECT 1 FROM store_key k WHERE k.store = s.id))`,
		[store],
	);
	return known !== undefined;
}

const takesPlace = async (db: Queries, store: string, again: boolean): Promise<boolean> =>
	(await hadBox(db, store)) && (again || !(await isHeld(db, store)));

async function makeCode(
	state: EnrolmentState,
	store: string,
	again: boolean,
	approval: PlaceApproval | undefined,
): Promise<MadeCode | undefined> {
	const { db, clock, keys, publicUrls } = state;
	await enroll(db, store, clock());
	const secret = newEnrolmentSecret();
	const now = clock();
	const expires = new Date(Math.floor(Date.parse(now) / 1_000) * 1_000 + codeHours * 3_600_000).toISOString();
	const made = await db.transaction(async (tx) => {
		if (!again && (await isHeld(tx, store))) return false;
		// A store without any earlier box has none to replace: the code is that of a first enrolment.
		const replaces = again && (await hadBox(tx, store));
		await tx.query(
			`INSERT INTO enrolment (store, secret_sha256, again, made_at, approval, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
			 ON CONFLICT (store) DO UPDATE SET secret_sha256 = excluded.secret_sha256, again = excluded.again, made_at = excluded.made_at,
			 approval = excluded.approval, expires_at = excluded.expires_at, used_at = NULL, used_from = NULL, used_by = NULL`,
			[store, sha256(secret), replaces, now, approval ? JSON.stringify(approval) : null, expires],
		);
		return true;
	});
	if (!made) return undefined;
	const { caSha256: ownSha256, rootsSha256 } = keys();
	const caSha256 = state.httpsIssuer() ?? ownSha256;
	return { code: writeEnrolmentCode({ urls: [...publicUrls()], caSha256, rootsSha256, store, secret, expires }), expires };
}

/** The code whose secret a box shows. Throws where there is none that this box may use, and alarms where it was used before. */
async function findCode({ db, clock, alarm, keys }: EnrolmentState, claim: EnrolmentClaim, address: string): Promise<CodeRow> {
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
		throw new HqRefusal("enrolment-code-expired", `This code ended at ${row.expiresAt}. Ask for a new one: gondola hq enroll ${row.store}`);
	if (row.usedAt === null && keys().approvers?.demanded === true) await requireApproved(db, row);
	return row;
}

/** The place may have been another box's when the code was made, or become one's since. */
async function requireApproved(db: Queries, { store, again, approval }: CodeRow): Promise<void> {
	if (!(await takesPlace(db, store, again))) return;
	const [now] = await db.query<{ inc: number }>("SELECT inc FROM store WHERE id = $1", [store]);
	if (approval !== null && (JSON.parse(approval) as PlaceApproval).act.inc === now!.inc + 1) return;
	throw new HqRefusal(
		"enrolment-code-expired",
		`Another box has or had the place of store ${store}, and no approver signed this code for it. ` +
			`Ask for a new one: gondola hq enroll ${store} --again`,
	);
}

/** Contents of the rows that one transaction writes for a box when it enrols. */
interface TakenClaim {
	store: string;
	claim: EnrolmentClaim;
	kid: string;
	address: string;
	now: Instant;
	password: string;
	/** PEM; undefined where the box asked for none. */
	certificate: string | undefined;
}

async function takeClaim(state: EnrolmentState, claim: EnrolmentClaim, address: string): Promise<EnrolmentAnswer> {
	const { db, clock, tenant } = state;
	if (!isSignedBy("gondola/enrolment/1", {}, claim, claim.public))
		throw new HqRefusal("enrolment-claim-forged", "The box did not sign with the key that it shows.");
	const { store, again, approval } = await findCode(state, claim, address);
	const line = state.line();
	if (!line) throw new HqRefusal("no-line", "Head office runs without a line to its stores; start it with a broker.");
	const user = lineUser(tenant, store);
	const certificate = claim.request === undefined ? undefined : await certifyClient(state.keys().authority, claim.request, user);
	const taken: TakenClaim = { store, claim, kid: kidOf(claim.public), address, now: clock(), password: newLinePassword(), certificate };
	const verifiers = await verifiersOf(taken.password);
	// Where two boxes present one code at once, the second finds it used: it is looked up again.
	if (!(await db.transaction((tx) => writeTaken(tx, taken, verifiers)))) return takeClaim(state, claim, address);
	const incarnation = await incarnationOf(db, taken, again, approval === null ? undefined : (JSON.parse(approval) as PlaceApproval));
	state.changed(store);
	const { list, authority, successors, ...known } = state.keys();
	const roots = { ...known.roots, number: successors.at(-1)?.number ?? 0 };
	return {
		...{ tenant, store, incarnation, now: taken.now, roots, keyList: list, ca: authority.certificate },
		line: { url: line.url, username: user, password: taken.password, ...defined({ ca: line.ca, certificate }) },
	};
}

/** Marks the code as used, ends the key of the box before, and keeps the new key and password. False: another box has used the code. */
async function writeTaken(tx: Queries, taken: TakenClaim, verifiers: Verifiers): Promise<boolean> {
	const { store, claim, kid, address, now, password, certificate } = taken;
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
}

/**
 * The box's incarnation: a new one where another box had the store's place, also one whose enrolment has ended. Granted once for each
 * place: a box that asks a second time with its code has it already.
 */
async function incarnationOf(
	db: Db,
	{ store, kid, now }: TakenClaim,
	again: boolean,
	approval: PlaceApproval | undefined,
): Promise<number> {
	const [at] = await db.query<{ own: number; newest: number; others: boolean }>(
		`SELECT k.inc AS own, s.inc AS newest, EXISTS (SELECT 1 FROM store_key o WHERE o.store = s.id AND o.kid <> k.kid) AS others
		 FROM store_key k JOIN store s ON s.id = k.store WHERE k.kid = $1`,
		[kid],
	);
	const { own, newest, others } = at!;
	if (own === newest) return own;
	const inc = again || others ? (await grantIncarnation(db, store, now, approval)).inc : newest;
	await db.transaction((tx) => tx.query("UPDATE store_key SET inc = $2 WHERE kid = $1", [kid, inc]));
	return inc;
}

async function confirmClaim({ db }: EnrolmentState, claim: EnrolmentClaim): Promise<void> {
	if (!isSignedBy("gondola/enrolment/1", { confirms: true }, claim, claim.public))
		throw new HqRefusal("enrolment-claim-forged", "The box did not sign with the key that it shows.");
	await db.transaction((tx) =>
		tx.query("UPDATE enrolment SET used_by = NULL WHERE secret_sha256 = $1 AND used_at IS NOT NULL AND used_by = $2", [
			sha256(claim.secret),
			kidOf(claim.public),
		]),
	);
}

function keysOfStore({ db }: EnrolmentState, store: string): Promise<StoreKey[]> {
	return db.query<StoreKey>(
		`SELECT kid, public, inc, enrolled_at AS "enrolledAt", ended_at AS "endedAt" FROM store_key WHERE store = $1
		 ORDER BY ended_at IS NULL DESC, enrolled_at DESC`,
		[store],
	);
}

async function endEnrolment({ db, clock, changed }: EnrolmentState, store: string, approval: PlaceApproval | undefined): Promise<void> {
	await requireStore(db, store);
	await db.transaction(async (tx) => {
		await tx.query("UPDATE store_key SET ended_at = $2 WHERE store = $1 AND ended_at IS NULL", [store, clock()]);
		await tx.query("DELETE FROM line_account WHERE store = $1", [store]);
		await tx.query("DELETE FROM enrolment WHERE store = $1 AND used_at IS NULL", [store]);
		if (approval) await tx.query("UPDATE store SET place_approval = $2 WHERE id = $1", [store, JSON.stringify(approval)]);
	});
	changed(store);
}

async function isPasswordOf({ db }: EnrolmentState, store: string, password: string): Promise<boolean> {
	const [row] = await db.query<{ sha256: string }>("SELECT sha256 FROM line_account WHERE store = $1", [store]);
	return sameSecret(row?.sha256 ?? "", sha256(password));
}

async function accountsOfAll({ db, tenant, keys }: EnrolmentState): Promise<LineAccounts> {
	const rows = await db.query<{ store: string; verifiers: string }>("SELECT store, verifiers FROM line_account ORDER BY store");
	const stores = rows.map(({ store, verifiers }) => ({ store, verifiers: JSON.parse(verifiers) as Verifiers }));
	return { tenant, stores, hq: await verifiersOf(keys().linePassword) };
}

interface CodeRow {
	store: string;
	again: boolean;
	expiresAt: Instant;
	usedAt: Instant | null;
	usedFrom: string | null;
	usedBy: string | null;
	/** As JSON: an approver's signature of the swap. */
	approval: string | null;
}

const codeColumns = `SELECT store, again, expires_at AS "expiresAt", used_at AS "usedAt", used_from AS "usedFrom",
	used_by AS "usedBy", approval FROM enrolment`;
