import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { boundConnections } from "../../access/connections/bound-connections.ts";
import { readAway } from "../../access/connections/read-away.ts";
import { cutStuckReaders } from "../../access/connections/stuck-readers.ts";
import { isLoopbackAddress, speakTlsToo, type TlsToo } from "../../access/tls-too.ts";
import type { ApproverList } from "../../trust/approvers.ts";
import { jsonExcess, jsonFault, notUtf8, utf8Of } from "../../words/basics/json-text.ts";
import { alarmRoutes } from "../alarms/alarms.ts";
import { type AlarmSentences, storeAlarmRoutes } from "../alarms/store-alarm-routes.ts";
import { backupRoutes } from "../backup/backup-routes.ts";
import type { Db } from "../database/database.ts";
import type { Enrolment } from "../enrolment/enrolment.ts";
import { enrolmentRoutes } from "../enrolment/enrolment-routes.ts";
import { epcisRoutes } from "../epcis/epcis-routes.ts";
import { feedRoutes } from "../feed/feed-routes.ts";
import { openLabelPictures } from "../labels/label-pictures.ts";
import { labelRoutes } from "../labels/label-routes.ts";
import { mappingRoutes } from "../mappings/mapping-routes.ts";
import { type HqGuard, mountGuard } from "../people/guard.ts";
import { oidcRoutes } from "../people/oidc-routes.ts";
import { passkeyRoutes } from "../people/passkey-routes.ts";
import { type HqPeople, peopleRoutes } from "../people/people-routes.ts";
import { rightOfRoute } from "../people/route-rights.ts";
import { originOf } from "../people/session-cookie.ts";
import { passkeyPage, signInPage } from "../people/sign-in-page.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import { retentionRoutes } from "../retention/retention-routes.ts";
import {
	addSecurityHeaders,
	answerProblem,
	refuseForeignNames,
	refuseForeignPages,
	sayReasonsToReaders,
	shortLanguageOf,
} from "./answers.ts";
import { apiRoutes, listRoutes, refuseUnknownStores, refuseUnread } from "./api/routes.ts";
import { articleRoutes } from "./article-routes.ts";
import { groupRoutes } from "./group-routes.ts";
import { healthRoutes } from "./health/health-routes.ts";
import { hqMetrics, type NotYoursCounts } from "./metrics.ts";
import { orderRoutes } from "./order-routes.ts";
import { mountPage } from "./page-routes.ts";
import { pushRoutes } from "./push-routes.ts";
import { recallRoutes } from "./recall-routes.ts";
import { repairRoutes } from "./repair-routes.ts";
import { placeSigning, type Signing } from "./signatures.ts";
import { type IsConnected, storeRoutes } from "./store-routes.ts";
import { couponRoutes } from "./tills/coupon-routes.ts";
import { type MemberKeys, memberRoutes } from "./tills/member-routes.ts";
import { returnRoutes } from "./tills/return-routes.ts";
import { transferRoutes } from "./transfer-routes.ts";

export interface HqHttpOptions {
	db: Db;
	repositories: Repositories;
	isConnected: IsConnected;
	/** Why the broker does not carry the line to the stores. Left out: there is no line. */
	lineAway?: () => string | undefined;
	tenant?: string;
	/** Where this process keeps its data on disk: `/readyz` checks that it can be written. */
	directory?: string;
	/** The folder of exports by retention; left out: nothing is exported. */
	exports?: string;
	/** Hosts that webhooks may call although they are on this machine or its network segment. */
	webhooksTo?: ReadonlySet<string>;
	/** Of this build, for the OpenAPI document. */
	version?: string;
	/** Counts of messages that were refused on the line under stores' names. Left out: there is no line. */
	notYours?: NotYoursCounts;
	/** Host names of head office, beside its addresses. */
	names?: readonly string[];
	report: (error: unknown) => void;
	/** Left out: stores are enrolled by name only, as in tests. */
	enrolment?: Enrolment;
	/** Left out: every request may do everything, as in tests. */
	people?: HqPeople & Omit<HqGuard, "report">;
	/** Keys for member codes. Left out: head office makes none. */
	members?: MemberKeys;
	/** Sentences of stores' alarms. Left out: alarms are told by code. */
	alarmSentences?: AlarmSentences;
	/** Whose own signature releases what guard rails hold. Left out: there are no keys. */
	approvers?: () => ApproverList | undefined;
	/** TLS on the same port; plain HTTP is answered only to this machine. */
	tls?: { cert: string; key: string };
	/** Proxies that are trusted to report the client's address and whether it used TLS. */
	trustedProxies?: readonly string[];
	/** Called with the port's TLS server, by which its certificate can be renewed. */
	secured?: (port: TlsToo) => void;
}

/** A push of 100,000 changes as JSON is about 20 MB. */
const pushBytesMost = 64 * 2 ** 20;
/** The largest body of any other request: a hundred thousand articles by name. */
const bodyBytesMost = 8 * 2 ** 20;
/** The largest body before somebody has signed in: a name with a password, a passkey's answer, an enrolment. */
const strangersBytesMost = 64 * 2 ** 10;

/** `ofOne`: of one address, behind which a whole office may stand. */
const connectionsMost = { ofOne: 1_000, all: 8_000 };
/** A client that accepts nothing of an answer for so long is cut off. */
const stuckMs = 30_000;

/** How large a body each route takes, before anything of it is parsed. */
function boundBodies(app: FastifyInstance): void {
	app.addHook("onRoute", (route) => {
		const right = route.config?.hqRight ?? rightOfRoute(String(route.method), route.url);
		if (right === "claim" || right === "anyone") route.bodyLimit ??= strangersBytesMost;
		else if (route.url === "/api/v1/pushes") route.bodyLimit ??= pushBytesMost;
	});
}

function signingOf({ approvers, tenant = "t", people }: HqHttpOptions): Signing | undefined {
	const siteOf = (request: FastifyRequest): string => new URL(originOf(request, people?.publicUrl)).hostname;
	return approvers && { tenant, approvers, siteOf };
}

/**
 * HQ's HTTP interface (CONTRACT, HTTP, HQ), not listening yet. Lists are {items, next?}; errors are problem details with a
 * stable code.
 */
export function buildHttp(options: HqHttpOptions): FastifyInstance {
	const { db, repositories, isConnected, names = [], trustedProxies = [], report, people, tls } = options;
	const metrics = hqMetrics(db, repositories, isConnected, options.notYours);
	const app = fastify({
		bodyLimit: bodyBytesMost,
		trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 128 },
		serverFactory(handler) {
			const server = createServer(handler);
			if (tls) options.secured?.(speakTlsToo(server, tls));
			cutStuckReaders(server, { stuckMs, onCut: () => metrics.readerCut() });
			boundConnections(server, { ...connectionsMost, exempt: trustedProxies });
			return server;
		},
	});
	addSecurityHeaders(app);
	if (tls) onlyTlsBeyondThisMachine(app);
	refuseForeignNames(app, names);
	refuseForeignPages(app);
	sayReasonsToReaders(app);
	boundBodies(app);
	if (people) mountGuard(app, { ...people, report });
	const mounted = listRoutes(app);
	readJsonBodies(app);
	refuseUnread(app);
	refuseUnknownStores(app, repositories.requireStores);
	app.setErrorHandler(async (error, request, reply) => {
		if ((error as { code?: unknown }).code === "FST_ERR_CTP_BODY_TOO_LARGE") await readAway(request.raw);
		return answerProblem(reply, error, report);
	});
	app.setNotFoundHandler((request, reply) => {
		const nothing = new HqRefusal("not-found", `Nothing answers ${request.method} ${request.url.split("?")[0]}.`);
		return answerProblem(reply, nothing, report);
	});
	app.addHook("onResponse", async (request, reply) => {
		metrics.observe(request.routeOptions.url ?? "none", reply.statusCode, reply.elapsedTime / 1_000);
	});

	mountRoutes(app, options);
	app.get("/metrics", async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()));
	apiRoutes(app, mounted, options.version ?? "0");
	mountPages(app, people);
	return app;
}

/** As at a store's desk: UTF-8 only, no name twice, no half a character; an empty body counts as none. */
function readJsonBodies(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser("error", "error");
	app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
		const text = utf8Of(bytes as Buffer);
		if (text === undefined) return done(new HqRefusal("bad-request", `The body is ${notUtf8}.`));
		if (text.trim() === "") return done(null, undefined);
		const excess = jsonExcess(text);
		if (excess) return done(new HqRefusal("bad-request", `The body is ${excess}.`));
		void parse(request, text, (error, value) => {
			const fault = error ? undefined : jsonFault(text, value);
			if (fault === undefined) return done(error, value);
			done(new HqRefusal("bad-field", `${fault.path}: ${fault.message}.`, [fault]));
		});
	});
}

function mountRoutes(app: FastifyInstance, options: HqHttpOptions): void {
	const { db, repositories, isConnected, lineAway = () => undefined, enrolment, people } = options;
	const signing = signingOf(options);
	const places = placeSigning(repositories, signing);
	pushRoutes(app, repositories, { signing, directory: options.directory, report: options.report });
	mappingRoutes(app, repositories);
	articleRoutes(app, repositories);
	orderRoutes(app, repositories, options.members?.now);
	recallRoutes(app, repositories);
	memberRoutes(app, repositories, options.members);
	couponRoutes(app, repositories);
	returnRoutes(app, repositories);
	transferRoutes(app, repositories);
	storeRoutes(app, repositories, { isConnected, places, enrolment });
	storeAlarmRoutes(app, repositories, options.alarmSentences);
	groupRoutes(app, repositories);
	if (enrolment) enrolmentRoutes(app, enrolment, places, people?.audit);
	if (people) {
		peopleRoutes(app, people);
		oidcRoutes(app, people);
		passkeyRoutes(app, people);
		alarmRoutes(app, repositories, people.audit, shortLanguageOf);
		app.get("/passkeys", async (request, reply) => {
			const nonce = newNonce();
			return sendScripted(reply, nonce, passkeyPage(shortLanguageOf(request.headers["accept-language"]), nonce));
		});
	}
	repairRoutes(app, repositories, places);
	feedRoutes(app, { db, tenant: options.tenant ?? "t", allowed: options.webhooksTo ?? new Set() });
	epcisRoutes(app, { db, tenant: options.tenant ?? "t" });
	healthRoutes(app, db, lineAway, options.directory);
	backupRoutes(app, db);
	labelRoutes(
		app,
		openLabelPictures(db, () => new Date().toISOString()),
	);
	retentionRoutes(app, { db, folder: options.exports });
}

/** Head office's page; who has not signed in is shown the page on which one does. */
function mountPages(app: FastifyInstance, people: HqHttpOptions["people"]): void {
	mountPage(
		app,
		people &&
			(async (request, reply) => {
				if (request.asker?.may("stores.read")) return false;
				const nonce = newNonce();
				const language = shortLanguageOf(request.headers["accept-language"]);
				const isClaimed = people.isDemo === true || (await people.directory.isClaimed());
				await sendScripted(reply, nonce, signInPage({ language, isClaimed, nonce, provider: people.oidc?.label }));
				return true;
			}),
	);
}

const newNonce = (): string => randomBytes(16).toString("base64url");

/** Sends a page that runs only the script with this nonce. */
function sendScripted(reply: FastifyReply, nonce: string, page: string): FastifyReply {
	const policy = `default-src 'none'; connect-src 'self'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; ${noFrames}`;
	return reply.type("text/html; charset=utf-8").header("content-security-policy", policy).send(page);
}

const noFrames = "frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

function onlyTlsBeyondThisMachine(app: FastifyInstance): void {
	app.addHook("onRequest", async (request, reply) => {
		const { remoteAddress } = request.socket;
		// A request over the Unix socket in the data directory has no address. A trusted proxy reports what the browser's connection was.
		if (request.protocol === "https" || remoteAddress === undefined || isLoopbackAddress(remoteAddress)) return;
		const { host = "" } = request.headers;
		await reply.redirect(
			`https://${/^[\w.:[\]-]+$/.test(host) ? host : "localhost"}${request.url.startsWith("/") ? request.url : "/"}`,
			308,
		);
	});
}

export async function listen(app: FastifyInstance, host: string, port: number): Promise<{ url: string; port: number }> {
	await app.listen({ host, port });
	const at = app.server.address() as AddressInfo;
	return { url: `http://${at.family === "IPv6" ? `[${at.address}]` : at.address}:${at.port}`, port: at.port };
}
