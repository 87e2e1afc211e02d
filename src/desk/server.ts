import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import fastify, { type FastifyInstance } from "fastify";
import type { Claim } from "../access/claim.ts";
import { boundConnections } from "../access/connections/bound-connections.ts";
import { readAway } from "../access/connections/read-away.ts";
import { cutStuckReaders } from "../access/connections/stuck-readers.ts";
import { apiDocument, apiPagePolicy } from "../access/pages/api-page.ts";
import type { Passkeys } from "../access/passkeys.ts";
import { openSignIn } from "../access/sign-in.ts";
import { speakTlsToo } from "../access/tls-too.ts";
import { jsonExcess, jsonFault, notUtf8, utf8Of } from "../words/basics/json-text.ts";
import { defined } from "../words/defined.ts";
import type { ShelfPosition } from "../words/replenishment/shelf-plan.ts";
import { type DeskAccess, mountGuard, principalOf } from "./access/guard.ts";
import { passkeyRoutes } from "./access/passkey-routes.ts";
import type { Audit, DeskLedger, DeskLog, Locale } from "./ledger-view.ts";
import { limits } from "./limits.ts";
import { type StoreMetrics, storeMetrics } from "./metrics/metrics.ts";
import { openApi } from "./openapi.ts";
import { detailsFor, Problem, problemOf } from "./problems.ts";
import { mount, type Route } from "./route.ts";
import { alarmRoutes, alarmWording, type Explain } from "./routes/alarms.ts";
import { articleRoutes } from "./routes/articles.ts";
import { type BrokerDesk, brokerRoutes } from "./routes/broker.ts";
import { coldChainRoutes } from "./routes/cold-chain/cold-chain.ts";
import { type DeviceActions, deviceRoutes } from "./routes/devices.ts";
import { type EventStreams, eventStreams, followEvents, type StreamOptions } from "./routes/event-stream.ts";
import { eventRoutes } from "./routes/events.ts";
import { transferRoutes } from "./routes/goods/transfers.ts";
import { type HealthOptions, healthRoutes } from "./routes/health.ts";
import { labelRoutes, type Pictures } from "./routes/labels.ts";
import { orderRoutes } from "./routes/orders.ts";
import { mountPages } from "./routes/page.ts";
import { peopleRoutes } from "./routes/people.ts";
import { priceChangeRoute } from "./routes/prices/changes.ts";
import { priceHoldRoutes } from "./routes/prices/holds.ts";
import { recallRoute } from "./routes/prices/recalls.ts";
import { printJobRoutes } from "./routes/print-jobs.ts";
import { settingsRoutes } from "./routes/settings/settings.ts";
import type { SettingsDesk } from "./routes/settings/settings-port.ts";
import { auditRoute } from "./routes/shelf-plan/audits.ts";
import { paperLabelRoutes } from "./routes/shelf-plan/paper-labels.ts";
import { shelfPlanRoute } from "./routes/shelf-plan/places.ts";
import { replenishmentRoutes } from "./routes/shelf-plan/replenishment.ts";
import { type ShelfBoard, type ShelfPlace, shelfBoard } from "./routes/shelves.ts";
import { basketRoutes } from "./routes/tills/baskets.ts";
import { couponRoutes } from "./routes/tills/coupons.ts";
import { fiscalRoutes } from "./routes/tills/fiscal.ts";
import { memberRoutes } from "./routes/tills/members.ts";
import { plateRoutes } from "./routes/tills/plate.ts";
import { receiptRoutes } from "./routes/tills/receipts.ts";
import { returnRoutes } from "./routes/tills/returns.ts";
import { shopperRoutes } from "./shopper/shopper-routes.ts";

export interface DeskOptions extends HealthOptions {
	ledger: DeskLedger;
	/** 127.0.0.1 unless named. */
	host?: string;
	/** 0: any free one. */
	port: number;
	access: Pick<DeskAccess, "directory" | "isDemo" | "names">;
	/** Left out, as in tests: no passkeys. */
	passkeys?: Passkeys;
	/** Makes the first user; left out in `demo`. */
	claim?: Claim;
	/** Certificate and key: TLS and plain on one port, and plain from other machines is sent to TLS. Left out: plain only. */
	tls?: SecureContextOptions;
	/** Proxies that are trusted to report the client's address and whether it used TLS. */
	trustedProxies?: readonly string[];
	/** Called after ten wrong passwords for one name or from one address. */
	onGuessing?(name: string, address: string): void;
	audit: Audit;
	pictures: Pictures;
	actions: DeviceActions;
	locale: Locale;
	/** Where the store is (ISO 3166); left out where it is not configured. */
	country?: string;
	/** Days after a sale within which goods are taken back; 30 where it is left out. */
	returnDays?: number;
	log: DeskLog;
	shelves?: readonly ShelfPlace[];
	/** In walking order. */
	shelfPlan?: readonly ShelfPosition[];
	/** Left out: no configuration is kept here. */
	settings?: SettingsDesk;
	/** Left out: the store runs no broker of its own. */
	broker?: BrokerDesk;
	/** Alarm sentences in the reader's language; without it they stay in the store's. */
	explain?: Explain;
	/** Left out: the desk makes its own. */
	metrics?: StoreMetrics;
	/** Where `npm run page` put the cockpit. */
	pageDir?: string;
	/** Where `npm run page` put the handheld page. */
	handDir?: string;
	streams?: Pick<StreamOptions, "drainMs" | "heartbeatMs">;
}

export interface Desk {
	url: string;
	port: number;
	/** Uses another certificate for new connections. */
	renewTls(files: SecureContextOptions): void;
	stop(): Promise<void>;
}

/** The door for people and tills: HTTP API, cockpit page and metrics. Rejects when the address is taken or must not be bound. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
	const { app, stop } = await buildDesk(options);
	const tls = options.tls && speakTlsToo(app.server, options.tls);
	boundConnections(app.server, { ofOne: limits.connectionsOfOne, all: limits.connections, exempt: options.trustedProxies ?? [] });
	try {
		await app.listen({ host: options.host ?? "127.0.0.1", port: options.port });
	} catch (error) {
		await stop();
		throw error;
	}
	const { address, port, family } = app.server.address() as AddressInfo;
	const reachable = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
	const url = `http://${family === "IPv6" && reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
	options.log.info({ url }, "desk is open");
	return { url, port, stop, renewTls: (files) => tls?.renew(files) };
}

/** The desk without a socket, for tests that inject requests. */
export async function buildDesk(options: DeskOptions) {
	const { ledger } = options;
	const access: DeskAccess = { ...options.access, hasTls: options.tls !== undefined };
	const metrics = options.metrics ?? storeMetrics(options.version);
	const streams = eventStreams(ledger, { ...options.streams, onDropped: () => metrics.streamDropped() });
	metrics.watch(ledger, options.status, streams.count, options.broker, options.replica);
	const board = shelfBoard(ledger, options.shelves ?? []);
	const unfollow = followLedger(ledger, board, metrics);

	const routes = routesOf({ options, access, metrics, streams, board });
	const app = createApp(options);
	cutStuckReaders(app.server, { stuckMs: limits.stuckMs, onCut: metrics.readerCut });
	mountGuard(app, { ...access, audit: options.audit });
	readJsonBodies(app);
	answerProblems(app, routes, options.log);
	app.addHook("onResponse", async (request, reply) => {
		metrics.httpAnswered(request.method, request.routeOptions.url ?? "none", reply.statusCode, reply.elapsedTime / 1000);
	});
	mount(app, routes, options.audit);
	const document = apiDocument(() => openApi(routes, options.version));
	app.get("/openapi.json", { config: { right: "anyone" } }, (_, reply) =>
		reply.type("application/json; charset=utf-8").send(document.json()),
	);
	app.get("/docs", { config: { right: "anyone" } }, (_, reply) =>
		reply.type("text/html; charset=utf-8").header("content-security-policy", apiPagePolicy).send(document.page()),
	);
	const built = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
	mountPages(app, { cockpit: options.pageDir ?? built("cockpit"), hand: options.handDir ?? built("hand") });

	const stop = async (): Promise<void> => {
		unfollow();
		streams.stop();
		await app.close();
	};
	return { app, stop, routes };
}

interface Parts {
	options: DeskOptions;
	access: DeskAccess;
	metrics: StoreMetrics;
	streams: EventStreams;
	board: ShelfBoard;
}

/** Every route of the HTTP API. */
function routesOf({ options, access, metrics, streams, board }: Parts): Route[] {
	const { ledger, audit, broker, passkeys, settings } = options;
	const inWords = alarmWording(options.locale, options.explain);
	return [
		...healthRoutes(ledger, options, metrics),
		...articleRoutes(ledger),
		...priceHoldRoutes(ledger),
		priceChangeRoute(ledger),
		...labelRoutes(ledger, options.pictures),
		...board.routes,
		...deviceRoutes(ledger, options.actions, inWords),
		...printJobRoutes(ledger),
		...paperLabelRoutes(ledger),
		...orderRoutes(ledger),
		recallRoute(ledger),
		...shopperRoutes(ledger),
		...coldChainRoutes(ledger),
		auditRoute(ledger),
		...replenishmentRoutes(ledger, options.shelfPlan ?? []),
		shelfPlanRoute(ledger, options.shelfPlan ?? []),
		...memberRoutes(ledger),
		...couponRoutes(ledger),
		...basketRoutes(ledger, defined({ country: options.country, returnDays: options.returnDays })),
		...plateRoutes(ledger),
		...fiscalRoutes(ledger),
		...receiptRoutes(ledger),
		...returnRoutes(ledger, options.returnDays),
		...transferRoutes(ledger, options.status),
		...eventRoutes(ledger, streams, (request) => principalOf(request, access).catch(() => undefined)),
		...alarmRoutes(ledger, inWords),
		...(settings ? settingsRoutes(settings, audit) : []),
		...(broker ? brokerRoutes(broker, audit) : []),
		...(passkeys ? passkeyRoutes({ passkeys, audit }) : []),
		...peopleRoutes({
			directory: access.directory,
			signIn: openSignIn({ directory: access.directory, alarm: options.onGuessing ?? (() => {}) }),
			audit,
			...defined({ claim: options.claim }),
		}),
	];
}

/**
 * Passes events to the shelf board and the counters as they are appended. The board also gets the last page from before this start,
 * so that it shows what the shelves did last; the counters begin at zero.
 */
function followLedger(ledger: DeskLedger, board: ShelfBoard, metrics: StoreMetrics): () => void {
	const last = ledger.read.events.last();
	for (const event of ledger.read.events.after(Math.max(0, last - limits.streamPage), limits.streamPage)) board.note(event);
	return followEvents(ledger, last, (event) => {
		board.note(event);
		metrics.count(event);
	});
}

function createApp({ trustedProxies }: DeskOptions): FastifyInstance {
	return fastify({
		bodyLimit: limits.bodyBytes,
		requestTimeout: limits.requestMs,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 256 },
		trustProxy: trustedProxies?.length ? [...trustedProxies] : false,
		// zod checks requests (route.ts) and JSON.stringify writes answers; fastify's own compilers would only take memory.
		schemaController: { compilersFactory: { buildValidator: neverAsked, buildSerializer: neverAsked } },
	});
}

/**
 * Parses JSON in UTF-8; refuses keys that reach a prototype, keys that stand twice, and lone surrogates. An empty body counts as none, so
 * that `curl -X POST` with only the header can acknowledge an alarm.
 */
function readJsonBodies(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser("error", "error");
	app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
		const text = utf8Of(bytes as Buffer);
		if (text === undefined) return done(new Problem("bad-request", `The body is ${notUtf8}.`));
		if (text.trim() === "") return done(null, undefined);
		const excess = jsonExcess(text);
		if (excess) return done(new Problem("bad-request", `The body is ${excess}.`));
		void parse(request, text, (error, value) => {
			const fault = error ? undefined : jsonFault(text, value);
			if (fault === undefined) return done(error, value);
			done(new Problem("bad-field", `${fault.path}: ${fault.message}.`, { errors: [fault] }));
		});
	});
}

/** Every error of a route, and every path without a route, is answered with a problem document in the reader's language. */
function answerProblems(app: FastifyInstance, routes: readonly Route[], log: DeskLog): void {
	app.setErrorHandler(async (thrown, request, reply) => {
		const problem = problemOf(thrown);
		if (problem.details.status === 413) await readAway(request.raw);
		if (problem.details.status >= 500) log.error({ err: thrown, url: request.url }, "desk could not answer");
		if (problem.retryAfterSeconds !== undefined) reply.header("retry-after", String(problem.retryAfterSeconds));
		reply.code(problem.details.status).header("content-type", "application/problem+json");
		return reply.send(Buffer.from(JSON.stringify(detailsFor(problem, request.headers["accept-language"]))));
	});
	app.setNotFoundHandler((request) => {
		const path = request.url.split("?", 1)[0]!;
		const isKnown = routes.some((each) => pathFits(each.url, path));
		throw new Problem(isKnown ? "method-not-allowed" : "not-found", `${request.method} ${path.slice(0, 200)}.`);
	});
}

function pathFits(pattern: string, path: string): boolean {
	const wanted = pattern.split("/");
	const given = path.split("/");
	return wanted.length === given.length && wanted.every((part, at) => part.startsWith("{") || part === given[at]);
}

const neverAsked = () => () => {
	throw new Error("no route of the desk has a schema for fastify");
};
