import { policyBody } from "../../retention/policies.ts";
import { exportsQuery, runQuery } from "../../retention/retention-routes.ts";
import { noQuery } from "../schemas.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const kind = {
	...{ kind: "notes", means: "notes of stores: alarms that came and went, devices, weights", least: 7, days: 90, at, by: "user:ana" },
	exported: { rows: 120_000, files: 12, bytes: 9_400_000 },
};
const policies = { folder: "/var/lib/gondola-hq/exports", items: [kind], waitsForWebhooks: [] };
const file = {
	...{ kind: "notes", file: "gondola-notes-000003-9f31ac77b2d0.jsonl.gz", rows: 10_000, bytes: 780_000 },
	sha256: "5f0c7a5e6bb0a6f4f4c9a3b0a0b1d2c35f0c7a5e6bb0a6f4f4c9a3b0a0b1d2c3",
};
const kept = { ...file, place: 3, id: "9f31ac77b2d0", before: file.sha256, cutoff: at, host: "hq-1", at };

export const retentionOperations: Operations = {
	"GET /api/v1/retention": {
		...{ of: "head office", summary: "How long each kind of rows is kept, and what was exported of it; null days: for ever" },
		...{ query: noQuery, answers: [200, policies] },
	},
	"PUT /api/v1/retention/:kind": {
		of: "head office",
		summary: "Sets how many days rows of a kind are kept; null: for ever. Older ones are exported to a file and then removed",
		...{ query: noQuery, body: policyBody, say: { days: 90 }, answers: [200, policies] },
	},
	"POST /api/v1/retention/run": {
		of: "head office",
		summary: "Exports and removes now, ten files at most; `more`: ask again. With `dryRun` it only counts",
		query: runQuery,
		answers: [200, { dryRun: false, exports: [file], more: false }],
		refusals: ["exports-off", "export-failed"],
	},
	"GET /api/v1/retention/exports": {
		...{ of: "head office", summary: "Exports that were made, the newest first, each with the sum of the one before it" },
		...{ query: exportsQuery, answers: [200, { items: [kept], next: `${at} notes 000000003` }] },
	},
};
