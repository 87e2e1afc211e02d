import { z } from "zod";
import { backupBody } from "../../backup/backup-routes.ts";
import { epcisQuery } from "../../epcis/epcis-routes.ts";
import { feedQuery, webhookBody } from "../../feed/feed-routes.ts";
import { passkeySignInBody, registerBody } from "../../people/passkey-routes.ts";
import { auditQuery, claimBody, signInBody, tokenBody, userBody } from "../../people/people-routes.ts";
import { readyQuery } from "../health/health-routes.ts";
import type { Operations } from "./operation.ts";

/** RFC 6749 and OpenID Connect; providers add names of their own, which are ignored as the standard says. */
const providersAnswer = z.looseObject({ code: z.string().optional(), state: z.string().optional(), error: z.string().optional() });

const at = "2026-12-01T06:00:00.000Z";
const person = { kind: "user", name: "ana", roles: ["pricer"], rights: ["pushes.read", "pushes.write"], expiresAt: at };
const alarm = {
	id: "stock-differs:zagreb-1:1001",
	level: "YELLOW",
	code: "stock-differs",
	what: "…",
	do: "…",
	since: at,
	store: "zagreb-1",
};

const cloudEvent = {
	...{ specversion: "1.0", id: "zagreb-1-1-9f31ac-77", source: "/gondola/demo/stores/zagreb-1", type: "gondola.stock.moved" },
	...{ subject: "zagreb-1", time: at, datacontenttype: "application/json", sequence: "90211" },
	data: { id: "zagreb-1-1-9f31ac-77", seq: 77, type: "stock.moved", at, movement: { id: "till-1-4711-1", sku: "1001", quantity: -1 } },
};
const epcisDocument = {
	"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", { gondola: "urn:gondola:epcis:" }],
	...{ type: "EPCISDocument", schemaVersion: "2.0", creationDate: at },
	epcisBody: {
		eventList: [
			{
				...{ type: "ObjectEvent", eventID: "urn:uuid:8a7c2f0e-30b1-5c55-9d43-2f6f5b1a9e10", eventTime: at, eventTimeZoneOffset: "+01:00" },
				...{ bizStep: "retail_selling", disposition: "retail_sold", action: "OBSERVE" },
				quantityList: [{ epcClass: "https://id.gs1.org/01/03850000000017", quantity: 2 }],
				readPoint: { id: "urn:gondola:demo:store:zagreb-1" },
				bizLocation: { id: "urn:gondola:demo:store:zagreb-1" },
			},
		],
	},
};
const webhook = {
	...{ id: "erp", url: "https://erp.example/facts", types: ["stock.moved"], stores: null, notes: false, after: 90211, madeAt: at },
	...{ madeBy: "user:ana", state: "well", failingSince: null, lastError: null, lastDeliveryAt: at },
};

export const officeOperations: Operations = {
	"POST /api/v1/sessions": {
		...{ of: "people", summary: "Signs in with a name and a password", body: signInBody, say: { name: "ana", password: "…" } },
		answers: [201, person],
	},
	"GET /api/v1/sessions/current": { of: "people", summary: "Who asks, and what they may do", answers: [200, person] },
	"DELETE /api/v1/sessions/current": {
		...{ of: "people", summary: "Signs out", answers: [204, undefined] },
		orElse: [
			200,
			{ signOutAt: "https://login.chain.example/logout" },
			"Signed out here; the address at which the identity provider signs out too",
		],
	},
	"GET /api/v1/sessions/oidc": { of: "people", summary: "Leaves for the identity provider", answers: [302, undefined] },
	"GET /api/v1/sessions/oidc/callback": {
		...{
			of: "people",
			summary: "Comes back from the identity provider",
			query: providersAnswer,
			answers: [200, "a page that leads on", "text/html"],
		},
	},
	"POST /api/v1/sessions/passkey/options": { of: "people", summary: "Begins a sign-in by passkey", answers: [200, { challenge: "…" }] },
	"POST /api/v1/sessions/passkey": {
		...{ of: "people", summary: "Signs in by passkey", body: passkeySignInBody, answers: [201, { name: "ana", expiresAt: at }] },
	},
	"GET /api/v1/passkeys": { of: "people", summary: "One's own passkeys", answers: [200, { items: [{ id: "…", label: "laptop", at }] }] },
	"GET /api/v1/users/:name/passkeys": {
		...{ of: "people", summary: "The public halves of a person's passkeys, for the list of approvers" },
		answers: [200, { items: [{ id: "…", label: "laptop", site: "hq.shops.example", alg: "ES256", public: "…" }] }],
	},
	"POST /api/v1/passkeys/options": { of: "people", summary: "Begins to make a passkey", answers: [200, { challenge: "…" }] },
	"POST /api/v1/passkeys": {
		of: "people",
		summary: "Makes a passkey",
		body: registerBody,
		answers: [201, { id: "…", label: "laptop", at }],
	},
	"DELETE /api/v1/passkeys/:id": { of: "people", summary: "Removes one of one's own passkeys", answers: [204, undefined] },
	"GET /passkeys": { of: "people", summary: "The page on which one's own passkeys are made", answers: [200, "a page", "text/html"] },
	"POST /api/v1/claim": {
		...{ of: "people", summary: "Makes the first person, with the claim code of the console", body: claimBody },
		...{ say: { code: "…", name: "ana", password: "…" }, answers: [201, person] },
	},
	"GET /api/v1/users": { of: "people", summary: "People", answers: [200, { items: [{ name: "ana", role: "pricer" }] }] },
	"POST /api/v1/users": {
		...{ of: "people", summary: "Adds a person", body: userBody, say: { name: "bo", role: "approver", password: "…" } },
		answers: [201, { name: "bo", role: "approver" }],
	},
	"DELETE /api/v1/users/:name": { of: "people", summary: "Removes a person", answers: [204, undefined] },
	"GET /api/v1/tokens": {
		of: "people",
		summary: "Tokens of programs, without their secrets",
		answers: [200, { items: [{ name: "shop", role: "shop" }] }],
	},
	"POST /api/v1/tokens": {
		...{ of: "people", summary: "Makes a token; its secret is said once", body: tokenBody, say: { name: "shop", role: "shop" } },
		answers: [201, { token: "gon_…", name: "shop", role: "shop", expires: null }],
	},
	"DELETE /api/v1/tokens/:name": { of: "people", summary: "Revokes a token", answers: [204, undefined] },
	"GET /api/v1/audit": {
		...{ of: "people", summary: "Who changed what, and who was refused", query: auditQuery },
		answers: [
			200,
			{ items: [{ n: 12, at, kind: "user", name: "ana", what: "POST /api/v1/pushes", subject: "/api/v1/pushes", outcome: "202" }] },
		],
	},
	"GET /api/v1/alarms": {
		of: "head office",
		summary: "Alarms of head office that nobody has acknowledged",
		answers: [200, { items: [alarm] }],
	},
	"POST /api/v1/alarms/:id/acknowledge": {
		...{
			of: "head office",
			summary: "Somebody is on it",
			answers: [200, { id: alarm.id, acknowledged: true }],
			refusals: ["alarm-unknown"],
		},
	},
	"GET /api/v1/feed": {
		...{
			of: "head office",
			summary: "Every fact of every store once, as a batch of CloudEvents; the Link header has the next page",
			query: feedQuery,
		},
		answers: [200, [cloudEvent], "application/cloudevents-batch+json"],
	},
	"GET /api/v1/epcis": {
		...{
			of: "head office",
			summary:
				"What came, was sold, thrown away and counted, and label bindings, as an EPCIS 2.0 document; the Link header has the next page",
			query: epcisQuery,
		},
		answers: [200, epcisDocument, "application/ld+json"],
	},
	"GET /api/v1/webhooks": { of: "head office", summary: "Webhooks, and how each is doing", answers: [200, { items: [webhook] }] },
	"POST /api/v1/webhooks": {
		...{
			of: "head office",
			summary: "Calls an address with the facts to come, in order; the secret that signs them is said once",
			body: webhookBody,
		},
		...{ say: { id: "erp", url: "https://erp.example/facts", types: ["stock.moved"] }, answers: [201, { ...webhook, secret: "whsec_…" }] },
		refusals: ["webhook-differs", "webhook-url", "webhooks-many"],
	},
	"DELETE /api/v1/webhooks/:id": {
		...{ of: "head office", summary: "Ends a webhook", answers: [204, undefined], refusals: ["webhook-unknown"] },
	},
	"POST /api/v1/backups": {
		...{ of: "head office", summary: "Writes a backup on head office's machine; only for its own command line", body: backupBody },
		...{ say: { file: "/var/backups/hq.gz" }, answers: [201, { file: "/var/backups/hq.gz", at, tables: 40, rows: 812_004 }] },
	},
	"GET /healthz": {
		of: "head office",
		summary: "This process and its database answer",
		answers: [200, { status: "well", database: "postgres" }],
	},
	"GET /readyz": {
		...{ of: "head office", summary: "It can do its work: 503 where database, line or disk cannot", query: readyQuery },
		answers: [200, { ready: true, database: "well", line: "well", disk: "well" }],
	},
	"GET /metrics": { of: "head office", summary: "Prometheus text", answers: [200, "# TYPE gondola_hq_stores gauge …", "text/plain"] },
	"GET /openapi.json": { of: "head office", summary: "This document", answers: [200, { openapi: "3.1.0" }] },
	"GET /docs": { of: "head office", summary: "This document as a page", answers: [200, "a page", "text/html"] },
	"GET /": { of: "head office", summary: "Head office's page", answers: [200, "a page", "text/html"] },
	"GET /assets/:file": { of: "head office", summary: "Program, styles and pictures of the page", answers: [200, "…", "text/javascript"] },
};
