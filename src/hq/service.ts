import type { Socket } from "node:net";
import { closeWhenClaimed, openClaim } from "../access/claim.ts";
import { openDirectory } from "../access/directory.ts";
import { openPasskeys } from "../access/passkeys.ts";
import { openSignIn } from "../access/sign-in.ts";
import type { TlsToo } from "../access/tls-too.ts";
import type { HqTrust } from "../link/hq/trust-port.ts";
import type { ApproverList } from "../trust/approvers.ts";
import { defined } from "../words/defined.ts";
import { clockAlarm } from "./alarms/clock-alarm.ts";
import type { AlarmSentences } from "./alarms/store-alarm-routes.ts";
import { type NightlyOptions, tendBackups } from "./backup/nightly.ts";
import { joinCluster } from "./cluster/cluster.ts";
import { type DatabaseOptions, type Db, openDatabase } from "./database/database.ts";
import { type Enrolment, type EnrolmentOptions, openEnrolment } from "./enrolment/enrolment.ts";
import { type FollowedKeys, followKeys, hqTrust } from "./enrolment/hq-trust.ts";
import { type HqKeys, makeNextMemberKey, useMemberKey } from "./enrolment/key-folder.ts";
import { deliverToWebhooks } from "./feed/deliver.ts";
import { buildHttp, listen } from "./http/server.ts";
import type { MemberKeys } from "./http/tills/member-routes.ts";
import { type HqLine, type HqLineOptions, startHqLine } from "./line/line.ts";
import { watchLine } from "./line/line-watch.ts";
import { accessInDatabase } from "./people/access-repository.ts";
import { type Audit, alarmOutcome, openAudit } from "./people/audit.ts";
import { openConsole } from "./people/console.ts";
import { type OidcSettings, openOidc } from "./people/oidc.ts";
import { callbackPath } from "./people/oidc-routes.ts";
import type { HqPeople } from "./people/people-routes.ts";
import { openRepositories, type Repositories } from "./repositories.ts";
import { reportingRestores } from "./restore/restore-report.ts";
import { restoreOnlySealed } from "./restore/sealed-only.ts";
import { type RetentionOptions, tendRetention } from "./retention/tend.ts";
import { startRounds } from "./rounds.ts";

export interface HqOptions {
	/** Where the embedded database lives; in memory when neither this nor `databaseUrl` is given. */
	dataDir?: string;
	databaseUrl?: string;
	/** Where this process keeps what is not in the database; left out: `dataDir`. */
	directory?: string;
	/** 0: any free one. */
	port: number;
	host?: string;
	/** The MQTT broker to which HQ and the stores connect. Without one HQ answers HTTP only. */
	brokerUrl?: string;
	tenant: string;
	/** ISO 4217: what the tenant's stores charge in; guard rails hold another one. Left out: that of the first push. */
	currency?: string;
	/**
	 * Two hex digits each, to divide the stores by hand. Left out: on PostgreSQL, HQ processes divide them by themselves; embedded, there
	 * is only one.
	 */
	shards?: readonly string[];
	/** How often this process looks for pushes whose notification was lost; left out: every five seconds. */
	lookForNewsEveryMs?: number;
	credentials?: NonNullable<HqLineOptions["credentials"]>;
	/** Head office's keys, and the addresses that enrolling boxes are given. Left out: stores are enrolled by name only. */
	enrolment?: Omit<EnrolmentOptions, "db" | "alarm" | "keys"> & { keys: HqKeys };
	tls?: { cert: string; key: string };
	/** Hosts that webhooks may call though they are on this machine or its cable. */
	webhooksTo?: readonly string[];
	/** Of this build. */
	version?: string;
	/** Sentences of stores' alarms. Left out: alarms are told by code. */
	alarmSentences?: AlarmSentences;
	/** Names by which browsers and boxes reach head office, beside its addresses. */
	names?: readonly string[];
	/** Addresses of proxies that are believed about where a request came from and whether it was TLS. */
	trustedProxies?: readonly string[];
	/**
	 * Accounts and rights. Left out: every request may do everything, as in tests. `socket`: the path of the Unix socket for the command
	 * line of this machine.
	 */
	people?: { isDemo?: boolean; socket?: string; publicUrl?: string; oidc?: OidcSettings };
	/** Where a backup is made each night. Left out: none is. */
	backups?: NightlyOptions;
	/** Exports by policies of retention. Left out: none are made, as in tests; `folder` left out: facts are only marked by their age. */
	retention?: RetentionOptions;
	/** Called with a sentence that a person at HQ should read: that the database was restored, and what came back. */
	notify?: (sentence: string) => void;
	/** Faults that are HQ's own, for the log. */
	report?: (error: unknown) => void;
}

export interface Hq {
	url: string;
	port: number;
	db: Db;
	repositories: Repositories;
	line: HqLine | undefined;
	enrolment: Enrolment | undefined;
	/** The code that makes the first user; printed on the console. */
	claimCode: string | undefined;
	/** Uses another certificate for connections from now on. */
	renewTls(fresh: { cert: string; key: string }): void;
	stop(): Promise<void>;
}

/** Text that a stranger typed, as a console and an alarm may show it. */
const printable = (typed: string): string => typed.replace(/[^\p{L}\p{N}._@ -]/gu, "").slice(0, 40);

const maintainEveryMs = 60_000;

/** Values that the parts of a running head office share while they are opened. */
interface Opening {
	options: HqOptions;
	db: Db;
	audit: Audit;
	notify: (sentence: string) => void;
	report: (error: unknown) => void;
	/** Requests that came over the socket of this machine's command line. */
	consoles: WeakSet<Socket>;
	/** How to stop what was started, in the order of starting. */
	undo: (() => Promise<unknown>)[];
}

/**
 * Head office: database, line and HTTP. Resolves when HTTP answers; the broker may come later. Undoes what it started if a part
 * cannot start.
 */
export async function startHq(options: HqOptions): Promise<Hq> {
	// mqtt-packet keeps the bytes of each packet length for ever, and with them the pool they were cut from (broker/session/aedes-memory.ts).
	Buffer.poolSize = 2_048;
	const { tenant, brokerUrl, report = (error) => console.error(error), notify = () => {} } = options;
	const db = await openDatabase(databaseOf(options));
	const undo: Opening["undo"] = [() => db.close()];
	const stop = async (): Promise<void> => {
		for (const step of undo.splice(0).reverse()) await step();
	};
	const audit = openAudit(db, () => new Date().toISOString());
	const opening: Opening = { options, db, audit, notify, report, consoles: new WeakSet(), undo };
	try {
		const keys = options.enrolment && followKeys(options.enrolment.keys, report);
		const repositories = openRepositories(db, tenant, undefined, options.currency, keys && (() => keys.now().line));
		const enrolment = options.enrolment && keys && (await openEnrolments(opening, options.enrolment, keys, repositories));
		if (brokerUrl !== undefined) await repositories.begin();
		await repositories.announceReceiptKeys();
		if (keys) await repositories.sendMemberKey(keys.now().member);
		const members = keys && memberKeysOf(keys);
		const line = brokerUrl === undefined ? undefined : await openLine(opening, brokerUrl, repositories, keys && hqTrust(keys));
		if (keys && line) undo.push(sayApprovers(keys, line));
		const isConnected = await shareStores(opening, repositories, line);
		const approvers = keys && (() => approversAtOnce(keys));
		const http = await openHttp(opening, { repositories, enrolment, line, isConnected, members, approvers });
		undo.push(maintainRegularly(db, report));
		undo.push(advanceRegularly(repositories, report));
		if (options.retention) undo.push(tendRetention(db, options.retention, report));
		if (options.backups) undo.push(tendBackups(db, options.backups, report));
		return { ...http, db, repositories, line, enrolment, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** A release is asked by the list as it is now: what `hq approvers` has answered counts for the next request. */
function approversAtOnce(keys: FollowedKeys): ApproverList | undefined {
	keys.lookAgain();
	return keys.now().approvers;
}

function openEnrolments(
	opening: Opening,
	options: NonNullable<HqOptions["enrolment"]>,
	keys: FollowedKeys,
	{ placeChanged }: Repositories,
): Promise<Enrolment> {
	return openEnrolment({
		...options,
		keys: () => {
			keys.lookAgain();
			return keys.now();
		},
		db: opening.db,
		alarm: codeAlarm(opening),
		changed(store) {
			options.changed?.(store);
			placeChanged(store);
		},
	});
}

const lookForApproversEveryMs = 500;
const askAgainAfterMs = 2_500;

/** Stores learn a change of approvers by their next welcome: it is said to them at once. Answers with how to stop. */
function sayApprovers(keys: FollowedKeys, line: HqLine): () => Promise<void> {
	const version = (): number => keys.now().approvers?.version ?? 0;
	let said = version();
	const timer = setInterval(() => {
		if (version() === said) return;
		said = version();
		line.askAll();
		// A store that was asked a moment ago is not asked again within two seconds.
		setTimeout(() => line.askAll(), askAgainAfterMs).unref();
	}, lookForApproversEveryMs);
	return async () => clearInterval(timer);
}

function memberKeysOf(keys: FollowedKeys): MemberKeys {
	const { folder } = keys.now();
	return {
		now: () => ({ key: keys.now().member, secret: keys.now().memberSecret }),
		make: () => makeNextMemberKey(folder),
		async use(kid) {
			const used = await useMemberKey(folder, kid);
			keys.lookAgain();
			return used;
		},
	};
}

function databaseOf({ databaseUrl, dataDir }: HqOptions): DatabaseOptions {
	if (databaseUrl !== undefined) return { url: databaseUrl };
	return dataDir === undefined ? { memory: true } : { dataDir };
}

/** An enrolment code that was used a second time: a sentence for the person at HQ, and an alarm in the audit. */
function codeAlarm({ audit, notify, report }: Opening): EnrolmentOptions["alarm"] {
	return (sentence, { store, address }) => {
		notify(sentence);
		audit.note({ kind: "system", name: "enrolment", address }, "enrolment-code-used", store, alarmOutcome).catch(report);
	};
}

/** Where several processes share one PostgreSQL and no shards are given by hand, they divide the stores by themselves. */
const sharedDatabase = ({ shards, databaseUrl }: HqOptions): string | undefined => (shards === undefined ? databaseUrl : undefined);

async function openLine(
	{ options, db, audit, notify, report, undo }: Opening,
	url: string,
	{ link }: Repositories,
	trust: HqTrust | undefined,
): Promise<HqLine> {
	const { tenant, credentials } = options;
	const checked = trust ? restoreOnlySealed({ link, db, tenant, list: () => trust.list(), notify }) : link;
	// In a cluster the process begins without stores; its leases give them to it.
	const shards = sharedDatabase(options) === undefined ? options.shards : [];
	const line = await startHqLine({
		url,
		tenant,
		store: reportingRestores(checked, notify),
		onClock: clockAlarm(audit, () => performance.now(), report),
		...defined({ shards, trust, credentials }),
	});
	const unwatch = watchLine(line, notify);
	undo.push(
		() => line.stop(),
		async () => unwatch(),
	);
	return line;
}

/** Joins the cluster where there is one. Answers whether a store talks to this process or to another one of the cluster. */
async function shareStores(
	{ options, db, report, undo }: Opening,
	repositories: Repositories,
	line: HqLine | undefined,
): Promise<(store: string) => boolean> {
	const url = sharedDatabase(options);
	if (!line || url === undefined) return (store) => line?.isTalking(store) === true;
	const { lookForNewsEveryMs } = options;
	const cluster = await joinCluster({ url, db, repositories, line, report, ...defined({ lookForNewsEveryMs }) });
	undo.push(() => cluster.stop());
	return (store) => line.isTalking(store) || cluster.isTalkingElsewhere(store);
}

interface HttpParts {
	repositories: Repositories;
	enrolment: Enrolment | undefined;
	line: HqLine | undefined;
	isConnected: (store: string) => boolean;
	members: MemberKeys | undefined;
	approvers: (() => ApproverList | undefined) | undefined;
}

async function openHttp(opening: Opening, { line, ...parts }: HttpParts): Promise<Pick<Hq, "url" | "port" | "claimCode" | "renewTls">> {
	const { options, db, report, undo, consoles } = opening;
	let url = "";
	const people = options.people && (await openPeople(opening, { ...options.people, url: () => url }));
	let secure: TlsToo | undefined;
	const { names, tls, trustedProxies, version } = options;
	const { tenant } = options;
	const webhooksTo = new Set(options.webhooksTo?.map((host) => host.toLowerCase()));
	const lineAway = line && (() => line.away());
	const notYours = line && (() => notYoursOf(line));
	const app = buildHttp({
		db,
		report,
		secured: (port) => (secure = port),
		...{ tenant, webhooksTo },
		...defined({
			directory: options.directory ?? options.dataDir,
			exports: options.retention?.folder,
			...parts,
			names,
			tls,
			trustedProxies,
			people,
			lineAway,
			notYours,
			version,
			alarmSentences: options.alarmSentences,
		}),
	});
	undo.push(() => app.close());
	const delivery = deliverToWebhooks({ db, tenant, allowed: webhooksTo, report });
	undo.push(() => delivery.stop());
	await app.ready();
	const socket = options.people?.socket;
	if (socket !== undefined) {
		const opened = await openConsole(socket, (asked, answer) => app.routing(asked, answer), consoles);
		if (opened) undo.push(() => opened.close());
	}
	const at = await listen(app, options.host ?? "127.0.0.1", options.port);
	url = at.url;
	return { ...at, claimCode: await openClaimOf(opening, people), renewTls: (fresh) => secure?.renew(fresh) };
}

/** Refusals of this process under each store's name. The names are those of enrolled stores: others have no keys to miss. */
function notYoursOf(line: HqLine): [string, string, number][] {
	return Object.entries(line.status().stores).flatMap(([store, { strangersBy }]) =>
		Object.entries(strangersBy).map(([reason, count]): [string, string, number] => [store, reason, count]),
	);
}

/** The code as long as it opens anything: a first user may have been made while head office started. */
async function openClaimOf(
	{ notify, undo }: Opening,
	people: Pick<HqPeople, "claim" | "directory"> | undefined,
): Promise<string | undefined> {
	if (!people?.claim || (await people.directory.isClaimed())) return undefined;
	const stop = closeWhenClaimed(people.claim, people.directory.isClaimed, notify);
	undo.push(async () => stop());
	return people.claim.code;
}

async function openPeople(
	{ db, audit, notify, consoles }: Opening,
	{ isDemo = false, publicUrl, oidc: provider, url }: NonNullable<HqOptions["people"]> & { url: () => string },
) {
	const repository = accessInDatabase(db);
	const directory = openDirectory({ site: "hq", repository });
	const alarm = (name: string, address: string): void => {
		notify(`Ten wrong passwords for ${printable(name)}, or from ${address}: somebody guesses.`);
		void audit.note({ kind: "system", name: "sign-in", address }, "sign-in-alarm", printable(name), alarmOutcome).catch(() => {});
	};
	const claim = isDemo || (await directory.isClaimed()) ? undefined : openClaim();
	return {
		directory,
		audit,
		isDemo,
		signIn: openSignIn({ directory, alarm }),
		isConsole: (request: { raw: { socket: Socket } }) => consoles.has(request.raw.socket),
		passkeys: openPasskeys({ directory, repository }),
		...defined({ claim, publicUrl, oidc: provider && openOidc(provider, () => new URL(callbackPath, publicUrl ?? url()).href) }),
	};
}

/** Answers with how to stop; that waits for the maintenance which runs at that moment. */
function maintainRegularly(db: Db, report: (error: unknown) => void): () => Promise<void> {
	let running: Promise<void> = Promise.resolve();
	const timer = setInterval(() => void (running = db.maintain().catch(report)), maintainEveryMs);
	return async () => {
		clearInterval(timer);
		await running;
	};
}

const advanceEveryMs = 5_000;

/** Looks at the open waves of pushes, one look after the other; each HQ process does. Answers with how to stop. */
const advanceRegularly = ({ advanceWaves }: Repositories, report: (error: unknown) => void): (() => Promise<void>) =>
	startRounds(advanceWaves, { everyMs: advanceEveryMs }, report);
